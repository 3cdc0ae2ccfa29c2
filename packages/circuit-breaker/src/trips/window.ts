/** How many calls, and how many of them failed or were slow. */
interface Tally {
  calls: number;
  failures: number;
  slow: number;
  /** Good calls among them that may have come before the window: not known to be in it, they make up no minimum. */
  uncertain: number;
}

/** The calls of a stretch of time that began with the first of them, at `startedAt`. */
interface Bucket extends Tally {
  readonly startedAt: number;
}

/** The calls of the last `windowMs`. */
export interface Window {
  count(failed: boolean, slow: boolean, now: number): void;
  /** Counts a good call with the timed one that comes next; `false` where that has to be this one. */
  countUntimed(): boolean;
  /** The calls in the window as it is at `now`. */
  total(now: number): Tally;
  /** Four numbers a bucket, from old to new: its start, moved by `shiftMs`, its calls, failures and slow calls. */
  save(shiftMs: number): readonly number[];
}

/** A bucket leaves the window with its first call, so a call is forgotten up to a tenth of the window early, never late. */
const bucketsPerWindow = 10;
/**
 * One in so many of a bucket's calls may follow untimed, and few at all: the process may be frozen between one and the
 * next, and they count as if they had come with the next timed one.
 */
const untimedShare = 64;
const mostUntimed = 4;

/**
 * A queue of buckets, moved on by the timestamps of the calls alone: the process may be frozen for any time between two
 * calls. Only the newest bucket is touched by a call; the sum is made when a failure asks for it.
 */
export function createWindow(windowMs: number, saved: readonly number[] = []): Window {
  const bucketMs = windowMs / bucketsPerWindow;
  let buckets: Bucket[] = [];
  for (let at = 0; at < saved.length; at += 4) {
    const [startedAt = 0, calls = 0, failures = 0, slow = 0] = saved.slice(at, at + 4);
    buckets.push({ startedAt, calls, failures, slow, uncertain: 0 });
  }
  let newest = buckets.at(-1);
  /** Good calls since the last timed one, and how many there may be. */
  let untimed = 0;
  let untimedLimit = 0;

  /** Whether a stretch of `ms` from there holds `now`. A saved bucket may also begin later: somebody's mistake. */
  function holds({ startedAt }: Bucket, ms: number, now: number): boolean {
    return startedAt <= now && now - startedAt < ms;
  }

  function begin(now: number): Bucket {
    const bucket = { startedAt: now, calls: 0, failures: 0, slow: 0, uncertain: untimed };
    buckets = buckets.filter((old) => holds(old, windowMs, now));
    buckets.push(bucket);
    return bucket;
  }

  return {
    count(failed, slow, now) {
      if (newest === undefined || !holds(newest, bucketMs, now)) newest = begin(now);
      newest.calls += 1 + untimed;
      untimed = 0;
      if (failed) newest.failures += 1;
      if (slow) newest.slow += 1;
      untimedLimit = Math.min(Math.floor(newest.calls / untimedShare), mostUntimed);
    },
    countUntimed() {
      if (untimed >= untimedLimit) return false;
      untimed += 1;
      return true;
    },
    total(now) {
      const total = { calls: untimed, failures: 0, slow: 0, uncertain: untimed };
      for (const bucket of buckets) {
        if (!holds(bucket, windowMs, now)) continue;
        total.calls += bucket.calls;
        total.failures += bucket.failures;
        total.slow += bucket.slow;
        total.uncertain += bucket.uncertain;
      }
      return total;
    },
    save: (shiftMs) =>
      buckets.flatMap(({ startedAt, calls, failures, slow }, index) => {
        const all = index === buckets.length - 1 ? calls + untimed : calls;
        return [startedAt + shiftMs, all, failures, slow];
      }),
  };
}
