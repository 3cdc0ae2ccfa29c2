import type { Clock } from "@midguard/kernel";

/** The value of `work`, which never rejects, or `undefined` when `ms` have passed first. Leaves no timer behind. */
export async function within<T>(work: Promise<T>, ms: number, clock: Clock): Promise<T | undefined> {
  const settled = new AbortController();
  function nothing(): undefined {}
  // A negative delay would make Node warn.
  const timeIsUp = clock.sleep(Math.max(0, ms), settled.signal).then(nothing, nothing);
  try {
    return await Promise.race([work, timeIsUp]);
  } finally {
    settled.abort();
  }
}
