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
export function shareOf(previous: number, { windowMs, elapsedMs }: SlidingTake): number {
  return Math.floor((previous * (windowMs - elapsedMs)) / windowMs);
}

/** The largest count of the previous window of which at most `share` still counts. */
function largestWith(share: number, { windowMs, elapsedMs }: SlidingTake): number {
  return Math.floor(((share + 1) * windowMs - 1) / (windowMs - elapsedMs));
}

/**
 * Cuts the counts that the previous window may have into at most `most` steps, in ascending order. A step takes the
 * largest share in it for all of it: too strict by less than the step, never too lax. Counts near the limit, which a
 * client at its limit has, get steps of their own.
 */
export function stepsOf(take: SlidingTake, most: number): Step[] {
  const room = take.limit - take.cost;
  const shares = new Set<number>();
  if (room < most) {
    for (let share = 0; share <= room; share += 1) shares.add(share);
  } else {
    const fine = Math.floor(most / 2);
    const coarse = most - fine;
    const top = Math.min(room, shareOf(take.limit, take));
    for (let below = 0; below < fine; below += 1) shares.add(Math.max(0, top - below));
    for (let step = 0; step < coarse; step += 1) shares.add(Math.round((room * step) / (coarse - 1)));
  }
  return [...shares].sort((a, b) => a - b).map((share) => stepAt(share, take));
}

/** The step of all counts with this share. */
export function stepAt(share: number, take: SlidingTake): Step {
  return { previous: largestWith(share, take), share };
}
