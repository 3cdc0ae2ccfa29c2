/** A take from a sliding window, by the clock. */
export interface SlidingTake {
  readonly limit: number;
  readonly cost: number;
  readonly windowMs: number;
  readonly elapsedMs: number;
}

/** Up to this count of the previous window, `share` of it still counts at most. */
export interface Step {
  readonly previous: number;
  readonly share: number;
}

/** How much of a count of the previous window still counts. */
function shareOf(previous: number, { windowMs, elapsedMs }: SlidingTake): number {
  return Math.floor((previous * (windowMs - elapsedMs)) / windowMs);
}

/** The largest count of the previous window of which at most `share` still counts. */
function largestWith(share: number, { windowMs, elapsedMs }: SlidingTake): number {
  return Math.floor(((share + 1) * windowMs - 1) / (windowMs - elapsedMs));
}

/** How to cut the counts of the previous window. */
export interface Bracketing {
  /** The largest number of steps. */
  readonly most: number;
  /** The count that was seen, if any. */
  readonly seen: number | undefined;
}

/** Shares that get steps of their own. */
function fineShares(take: SlidingTake, { most, seen }: Bracketing): number[] {
  const room = take.limit - take.cost;
  if (room < most) return Array.from({ length: room + 1 }, (_, share) => share);
  const count = Math.floor(most / 2);
  // A client at its limit has used the previous window up. A count that was seen can only have grown since.
  const first = seen === undefined ? Math.min(room, shareOf(take.limit, take)) - count + 1 : shareOf(seen, take);
  return Array.from({ length: count }, (_, share) => Math.min(room, Math.max(0, first + share)));
}

/**
 * Cuts the counts that the previous window may have into steps, in ascending order. A step takes the largest share in it
 * for all of it: too strict by less than the step, never too lax. The likely counts get steps of their own.
 */
export function stepsOf(take: SlidingTake, bracketing: Bracketing): Step[] {
  const room = take.limit - take.cost;
  const coarse = Math.ceil(bracketing.most / 2);
  const even = Array.from({ length: coarse }, (_, step) => Math.round((room * step) / (coarse - 1)));
  const shares = new Set([...fineShares(take, bracketing), ...even]);
  return [...shares].sort((a, b) => a - b).map((share) => ({ previous: largestWith(share, take), share }));
}
