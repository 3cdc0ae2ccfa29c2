import type { Clock } from "@midguard/kernel";

/** A ping keeps its environment from traffic for at most this long, whatever it asks for. */
export const longestHoldMs = 10_000;

/** Two clocks: a monotonic one for durations, and one that other machines share. */
export interface Time {
  readonly clock: Clock;
  /** The wall clock, in epoch ms. */
  wallNow(): number;
}

/**
 * Sleeps until `holdUntil` by the wall clock, but for at most `longestMs`. The environment is busy meanwhile, so that other
 * pings of the same round reach other environments.
 *
 * @returns the milliseconds slept.
 */
export async function hold(
  holdUntil: number | undefined,
  longestMs: number,
  { clock, wallNow }: Time,
): Promise<number> {
  if (holdUntil === undefined) return 0;
  const ms = Math.min(holdUntil - wallNow(), longestMs);
  if (ms <= 0) return 0;
  const startedAt = clock.now();
  await clock.sleep(ms);
  return Math.round(clock.now() - startedAt);
}
