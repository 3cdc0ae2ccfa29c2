import type { CircuitRules } from "../machine/state.ts";

/** The settings of the fleet's machine. Times are in ms. */
export interface FleetRules extends Pick<CircuitRules, "openMs" | "maxOpenMs"> {
  /** Share of failed calls that makes the fleet suspect, and then open. */
  readonly threshold: number;
  /** How long a closed circuit remembers failures. A suspect one whose calls mostly succeed closes after this. */
  readonly windowMs: number;
  /** With fewer calls counted, nothing moves. */
  readonly minimumCalls: number;
  /** With failures in fewer environments, nothing moves. */
  readonly minimumReporters: number;
  /** A suspect fleet counts all calls for at least this long before it opens. */
  readonly suspectMs: number;
  /** How long the first grant to probe lasts. It is doubled after each that ended without a result. */
  readonly leaseMs: number;
  /** No grant lasts longer: calls may be slow. */
  readonly maxLeaseMs: number;
  /** Share of the calls that a recovering fleet admits first. It doubles with each step. */
  readonly firstShare: number;
  /** How long a step of the recovery lasts. */
  readonly stepMs: number;
}

/** The fleet's rules for a breaker with these open times. */
export function fleetRules({ openMs, maxOpenMs }: Pick<CircuitRules, "openMs" | "maxOpenMs">): FleetRules {
  return {
    openMs,
    maxOpenMs,
    threshold: 0.7,
    windowMs: 10_000,
    minimumCalls: 20,
    minimumReporters: 2,
    suspectMs: 2_000,
    leaseMs: 2_000,
    maxLeaseMs: 30_000,
    firstShare: 0.05,
    stepMs: 1_000,
  };
}
