/**
 * A strict window is cut into this many parts. A rolling window touches these and one more, and all that they hold
 * counts.
 */
export const strictParts = 12;

/** What a strict window has counted. */
export interface StrictCounts {
  readonly windowMs: number;
  /** Number of the newest part: `strictPartAt(now)`, or up to 12 more if the clock was set back since. */
  readonly newest: number;
  /** How much was taken in part `part`; called for the newest part and the 12 before it. */
  countIn(part: number): number;
}

/** Number of the part that `now` lies in. */
export function strictPartAt(now: number, windowMs: number): number {
  return Math.floor((now * strictParts) / windowMs);
}

/** How much counts: everything in the 13 parts. */
export function strictUsed({ newest, countIn }: StrictCounts): number {
  let used = 0;
  for (let part = newest - strictParts; part <= newest; part += 1) used += countIn(part);
  return used;
}

/** Milliseconds from `now` until at most `target` counts, if nothing more is taken. */
export function strictWaitMs(counts: StrictCounts, now: number, target: number): number {
  const { windowMs, newest } = counts;
  let used = strictUsed(counts);
  if (used <= target) return 0;
  // No part lies before the epoch.
  let part = Math.max(-1, newest - strictParts - 1);
  while (used > target) {
    part += 1;
    used -= counts.countIn(part);
  }
  // The first ms at which this part lies behind the rolling window.
  return Math.ceil(((part + strictParts + 1) * windowMs) / strictParts) - now;
}
