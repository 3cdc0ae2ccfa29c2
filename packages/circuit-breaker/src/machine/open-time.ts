import type { CircuitRules } from "./state.ts";

/**
 * A circuit stays open for this many times as long as the failed probe took, so that a dependency that fails at once is asked
 * again soon, and one that hangs is not: while it hangs, each probe costs a request its time limit.
 */
const restPerProbe = 4;

/** The furthest that jitter moves an open time from its nominal length, up or down. */
const jitter = 0.25;

/**
 * How long the `openings`-th opening in a row lasts, in ms: doubled each time up to the maximum, but only as far as the failed
 * probe took long, then scattered.
 *
 * @param probeMs - How long the probe took that failed; 0 if a closed circuit opens.
 * @param chance - A random number in [0, 1).
 */
export function openTimeMs(
  openings: number,
  { openMs, maxOpenMs }: Pick<CircuitRules, "openMs" | "maxOpenMs">,
  probeMs: number,
  chance: number,
): number {
  const longestMs = Math.min(maxOpenMs, Math.max(openMs, restPerProbe * probeMs));
  const nominalMs = Math.min(openMs * 2 ** (openings - 1), longestMs);
  // After the cap, so that environments that all reached the maximum do not probe in step.
  return nominalMs * (1 - jitter + 2 * jitter * chance);
}

/** No opening lasts longer than this. */
export function longestOpenMs({ maxOpenMs }: Pick<CircuitRules, "maxOpenMs">): number {
  return maxOpenMs * (1 + jitter);
}
