import { list, number, oneOf, type Rule, shape, text, wholeNumber } from "@midguard/kernel/internal";
import { longestOpenMs } from "./machine/open-time.ts";
import { type Circuit, type CircuitRules, type CircuitState, openingsOf } from "./machine/state.ts";
import type { TripCounts } from "./trips/trip.ts";

/** A circuit as plain data, which JSON keeps exactly. All times are in epoch ms. */
export interface CircuitSnapshot extends TripCounts {
  readonly version: 1;
  readonly takenAt: number;
  readonly state: CircuitState;
  /** How often in a row the circuit has opened; 0 while it is closed or isolated. */
  readonly openings: number;
  /** When an open circuit admits a probe, or the leases of a half-open one end. */
  readonly ends: readonly number[];
}

function endsOf(circuit: Circuit): readonly number[] {
  if (circuit.state === "open") return [circuit.until];
  return circuit.state === "half-open" ? circuit.leaseEnds : [];
}

/** Saves a circuit as it is at `now`. Its times are moved by `shiftMs`, from the breaker's line of time to the clock's. */
export function saveCircuit(circuit: Circuit, counted: TripCounts, now: number, shiftMs: number): CircuitSnapshot {
  return {
    version: 1,
    takenAt: now + shiftMs,
    state: circuit.state,
    openings: openingsOf(circuit),
    ends: endsOf(circuit).map((end) => end + shiftMs),
    ...counted,
  };
}

const time = number({ max: Number.MAX_SAFE_INTEGER });

function times(name: string, value: unknown): void {
  for (const [index, one] of list()(name, value).entries()) time(`${name}[${index}]`, one);
}

const snapshotShape = shape<CircuitSnapshot>({
  takenAt: time,
  state: oneOf("closed", "open", "half-open", "isolated"),
  openings: time,
  ends: times,
  rule: text,
  counts: times,
});

/**
 * The rule for a snapshot. One of another version gives `undefined`: what a newer deployment saved must not keep the older
 * one, after a rollback, from starting.
 */
export const snapshotRule: Rule<CircuitSnapshot | undefined> = (name, value) => {
  const { version } = shape<CircuitSnapshot>({ version: wholeNumber({ min: 1 }) })(name, value);
  return version === 1 ? snapshotShape(name, value) : undefined;
};

/** The circuit that was saved. A deployment may change the options, so nothing lasts longer than `rules` would let it. */
export function restoreCircuit(snapshot: CircuitSnapshot, rules: CircuitRules): Circuit {
  const { takenAt, state, openings, ends } = snapshot;
  const epoch = 0;
  if (state === "open") {
    return { state, epoch, openings, until: Math.min(ends[0] ?? Infinity, takenAt + longestOpenMs(rules)) };
  }
  if (state === "half-open") {
    return { state, epoch, openings, leaseEnds: ends.map((end) => Math.min(end, takenAt + rules.maxOpenMs)) };
  }
  return { state, epoch };
}

/** The counts that were saved, if they are those of `rule`. */
export function countsFor(rule: string, snapshot: CircuitSnapshot | undefined): readonly number[] | undefined {
  return snapshot?.rule === rule ? snapshot.counts : undefined;
}
