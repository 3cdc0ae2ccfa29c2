import { type FleetView, keepsOut, noFleet } from "./fleet.ts";
import type { Call, Circuit, CircuitRules } from "./state.ts";
import { noFacts, type Step } from "./step.ts";

/** A call was admitted or, if `call` is `undefined`, rejected for `retryAfterMs`. */
export type Entry = Step &
  ({ readonly call: Call; readonly retryAfterMs?: never } | { readonly call?: never; readonly retryAfterMs: number });

function reject(circuit: Circuit, retryAfterMs: number): Entry {
  return { circuit, facts: [{ type: "circuit.rejected", retryAfterMs }], retryAfterMs };
}

function admit(circuit: Circuit, startedAt: number, fleetEpoch: number, leaseEndsAt = Infinity): Entry {
  return { circuit, facts: noFacts, call: { epoch: circuit.epoch, startedAt, leaseEndsAt, fleetEpoch } };
}

function earliest(times: readonly number[]): number {
  return times.reduce((first, time) => Math.min(first, time));
}

/** Gives a probe a lease, if a permit is free. A probe that is lost gives its permit back when its lease ends. */
function enterHalfOpen(
  circuit: Extract<Circuit, { state: "half-open" }>,
  now: number,
  { maxOpenMs, halfOpenPermits }: CircuitRules,
  fleetEpoch: number,
): Entry {
  const leaseEnds = circuit.leaseEnds.filter((end) => end > now);
  if (leaseEnds.length >= halfOpenPermits) return reject(circuit, earliest(leaseEnds) - now);
  // A lost probe (its promise never settles) returns its permit after `maxOpenMs`. A result in the same epoch still counts.
  const leaseEndsAt = now + maxOpenMs;
  return admit({ ...circuit, leaseEnds: [...leaseEnds, leaseEndsAt] }, now, fleetEpoch, leaseEndsAt);
}

/** The decision of the local circuit. */
function enterLocal(circuit: Circuit, now: number, rules: CircuitRules, fleetEpoch: number): Entry {
  switch (circuit.state) {
    case "closed":
      return admit(circuit, now, fleetEpoch);
    case "open":
      return reject(circuit, circuit.until - now);
    case "half-open":
      return enterHalfOpen(circuit, now, rules, fleetEpoch);
    case "isolated":
      // The time of its release is unknown.
      return reject(circuit, rules.maxOpenMs);
  }
}

/**
 * A call enters at `now`. Call `expire` first: this function never half-opens an open circuit.
 *
 * @param fleet - The fleet's state, if there is a fleet.
 */
export function enter(circuit: Circuit, now: number, rules: CircuitRules, fleet: FleetView = noFleet): Entry {
  const local = enterLocal(circuit, now, rules, fleet.epoch);
  if (!keepsOut(fleet)) return local;
  // The step of the local circuit is dropped, so that a probe that the fleet keeps out takes no permit.
  return reject(circuit, Math.max(fleet.until - now, local.retryAfterMs ?? 0, 0));
}
