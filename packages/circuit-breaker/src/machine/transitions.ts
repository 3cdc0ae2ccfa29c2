import { type Call, type CallResult, type Circuit, openingsOf } from "./state.ts";
import { type CircuitFact, quietly, type Step } from "./step.ts";

type OpenedReason = Extract<CircuitFact, { type: "circuit.opened" }>["reason"];

/** A circuit as it is made: closed. */
export const newCircuit: Circuit = { state: "closed", epoch: 0 };

function close({ epoch }: Circuit): Step {
  return { circuit: { state: "closed", epoch: epoch + 1 }, facts: [{ type: "circuit.closed" }] };
}

/** Time passed: an open circuit half-opens when its open time is over. */
export function expire(circuit: Circuit, now: number): Step {
  if (circuit.state !== "open" || circuit.until > now) return quietly(circuit);
  const { epoch, openings } = circuit;
  const halfOpen: Circuit = { state: "half-open", epoch: epoch + 1, openings, leaseEnds: [] };
  return { circuit: halfOpen, facts: [{ type: "circuit.half_opened" }] };
}

/** Whether the result of a call still counts: the circuit has not moved since the call entered. */
export function isCurrent(circuit: Circuit, call: Call): boolean {
  return circuit.epoch === call.epoch;
}

/**
 * Why the end of a call opens the circuit, or `undefined` if it does not.
 *
 * @param trips - Whether the rule of a closed circuit says that it opens.
 */
export function reasonToOpen(
  circuit: Circuit,
  call: Call,
  result: CallResult,
  trips: boolean,
): OpenedReason | undefined {
  if (!isCurrent(circuit, call)) return undefined;
  if (circuit.state === "closed" && trips) return "tripped";
  if (circuit.state === "half-open" && (result === "failure" || result === "slow")) return "probe-failed";
  return undefined;
}

/** The circuit opens at `now` for `openMs`. */
export function open(circuit: Circuit, reason: OpenedReason, now: number, openMs: number): Step {
  const openings = openingsOf(circuit) + 1;
  return {
    circuit: { state: "open", epoch: circuit.epoch + 1, openings, until: now + openMs },
    facts: [{ type: "circuit.opened", openMs, reason }],
  };
}

/** Ends a call that does not open the circuit: a successful probe closes it, a neutral one returns its permit. */
export function end(circuit: Circuit, call: Call, result: CallResult): Step {
  if (!isCurrent(circuit, call) || circuit.state !== "half-open") return quietly(circuit);
  if (result === "success") return close(circuit);
  // Leases that end at the same time are interchangeable.
  const index = circuit.leaseEnds.indexOf(call.leaseEndsAt);
  return quietly({ ...circuit, leaseEnds: circuit.leaseEnds.filter((_, other) => other !== index) });
}

/** Holds the circuit open by hand. */
export function isolate(circuit: Circuit): Step {
  if (circuit.state === "isolated") return quietly(circuit);
  return { circuit: { state: "isolated", epoch: circuit.epoch + 1 }, facts: [{ type: "circuit.isolated" }] };
}

/** Closes an isolated circuit, and no other. */
export function release(circuit: Circuit): Step {
  return circuit.state === "isolated" ? close(circuit) : quietly(circuit);
}
