/** How many calls, and how many of them failed or were slow. */
interface Tally {
  calls: number;
  failures: number;
  slow: number;
}

/** The calls of a tenth of the window that began with the first of them, at `startedAt`. */
interface Bucket extends Tally {
  readonly startedAt: number;
}

/** The calls of the last `windowMs`. */
export interface Window {
  count(hasFailed: boolean, isSlow: boolean, now: number): void;
  /** The calls in the window as it is at `now`. */
  total(now: number): Readonly<Tally>;
  /** Four numbers per bucket, from old to new: its start, moved by `shiftMs`, its calls, failures and slow calls. */
  save(shiftMs: number): readonly number[];
}

/** A bucket leaves the window with its first call: a call is forgotten up to a tenth of the window early, never late. */
const bucketsPerWindow = 10;

/**
 * A queue of buckets that moves on with the timestamps of the calls alone, because the process may be frozen for any time
 * between two calls. A call touches only the newest bucket.
 */
export function createWindow(windowMs: number, saved: readonly number[] = []): Window {
  const bucketMs = windowMs / bucketsPerWindow;
  let buckets: Bucket[] = [];
  for (let at = 0; at < saved.length; at += 4) {
    const [startedAt = 0, calls = 0, failures = 0, slow = 0] = saved.slice(at, at + 4);
    buckets.push({ startedAt, calls, failures, slow });
  }
  let newest = buckets.at(-1);

  /** Whether `now` is in the `ms` after the start of a bucket. By mistake a saved bucket may also start later. */
  function holds({ startedAt }: Bucket, ms: number, now: number): boolean {
    return startedAt <= now && now - startedAt < ms;
  }

  function begin(now: number): Bucket {
    const bucket = { startedAt: now, calls: 0, failures: 0, slow: 0 };
    buckets = buckets.filter((old) => holds(old, windowMs, now));
    buckets.push(bucket);
    return bucket;
  }

  return {
    count(hasFailed, isSlow, now) {
      if (newest === undefined || !holds(newest, bucketMs, now)) newest = begin(now);
      newest.calls += 1;
      if (hasFailed) newest.failures += 1;
      if (isSlow) newest.slow += 1;
    },
    total(now) {
      const total = { calls: 0, failures: 0, slow: 0 };
      for (const bucket of buckets) {
        if (!holds(bucket, windowMs, now)) continue;
        total.calls += bucket.calls;
        total.failures += bucket.failures;
        total.slow += bucket.slow;
      }
      return total;
    },
    save: (shiftMs) =>
      buckets.flatMap(({ startedAt, calls, failures, slow }) => [startedAt + shiftMs, calls, failures, slow]),
  };
}
