import type { Clock } from "@midguard/kernel";

/** The two clocks: one for durations, and one that agrees with other machines as well as theirs do. */
export interface Time {
  readonly clock: Clock;
  /** Epoch ms by the wall clock. */
  wallNow(): number;
}

/**
 * Sleeps until `holdUntil` by the wall clock, for `longestMs` at most, so that the environment is taken while pings of the
 * same round arrive. Gives the milliseconds slept.
 */
export async function hold(
  holdUntil: number | undefined,
  longestMs: number,
  { clock, wallNow }: Time,
): Promise<number> {
  if (holdUntil === undefined) return 0;
  const ms = Math.min(holdUntil - wallNow(), longestMs);
  if (ms <= 0) return 0;
  const from = clock.now();
  await clock.sleep(ms);
  return Math.round(clock.now() - from);
}
