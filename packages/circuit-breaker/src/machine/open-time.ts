import type { CircuitRules } from "./state.ts";

/** The furthest that jitter moves an open time from its nominal length, up or down. */
const jitter = 0.25;

/**
 * How long the `openings`-th opening in a row lasts, in ms: doubled each time up to the maximum, then scattered.
 *
 * @param chance - A random number in [0, 1).
 */
export function openTimeMs(
  openings: number,
  { openMs, maxOpenMs }: Pick<CircuitRules, "openMs" | "maxOpenMs">,
  chance: number,
): number {
  const nominalMs = Math.min(openMs * 2 ** (openings - 1), maxOpenMs);
  // After the cap, so that environments that all reached the maximum do not probe in step.
  return nominalMs * (1 - jitter + 2 * jitter * chance);
}

/** No opening lasts longer than this. */
export function longestOpenMs({ maxOpenMs }: Pick<CircuitRules, "maxOpenMs">): number {
  return maxOpenMs * (1 + jitter);
}
