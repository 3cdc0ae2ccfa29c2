import { checkInteger, checkNumber, checkOneOf, checkType } from "@midguard/kernel/internal";
import { type Circuit, type CircuitState, longestOpenMs, openingsOf } from "./circuit.ts";
import type { ResolvedOptions } from "./options.ts";
import type { TripCounts } from "./trips/trip.ts";

/** A circuit as plain data, which JSON keeps exactly. All times are in epoch ms. */
export interface CircuitSnapshot extends TripCounts {
  readonly version: 1;
  readonly takenAt: number;
  readonly state: CircuitState;
  /** How often in a row the circuit has opened; 0 while it is closed or isolated. */
  readonly openings: number;
  /** When an open circuit lets a probe through, or the leases of a half-open one end. */
  readonly ends: readonly number[];
}

/** Saves a circuit as it is at `now`. Its times are moved by `shiftMs`, from the breaker's line of time to the clock's. */
export function saveCircuit(circuit: Circuit, rule: string, now: number, shiftMs: number): CircuitSnapshot {
  const { state } = circuit;
  const ends =
    state === "open" ? [circuit.until] : state === "half-open" ? [...circuit.leases].map((lease) => lease.endsAt) : [];
  return {
    version: 1,
    takenAt: now + shiftMs,
    state,
    openings: openingsOf(circuit),
    ends: ends.map((end) => end + shiftMs),
    rule,
    counts: state === "closed" ? circuit.counter.save(shiftMs) : [],
  };
}

const states: readonly CircuitState[] = ["closed", "open", "half-open", "isolated"];

/**
 * Checks a snapshot. One of another version is passed over (`undefined`): what a newer deployment has saved must not keep
 * the older one, after a rollback, from starting.
 *
 * @throws TypeError | RangeError naming the field and the value, where a snapshot of this version is malformed.
 */
export function checkSnapshot(snapshot: CircuitSnapshot): CircuitSnapshot | undefined {
  const { version, takenAt, state, openings, ends, rule, counts } = snapshot;
  if (checkInteger("initialState.version", version, 1) !== 1) return undefined;
  checkOneOf("initialState.state", state, states);
  checkType("initialState.rule", rule, "string");
  if (!Array.isArray(ends) || !Array.isArray(counts)) {
    throw new TypeError(`initialState.ends and .counts must be arrays, got ${ends} and ${counts}`);
  }
  for (const value of [takenAt, openings, ...ends, ...counts]) {
    checkNumber("each number in initialState", value, 0, Number.MAX_SAFE_INTEGER);
  }
  return snapshot;
}

/**
 * The circuit that was saved. Nothing lasts longer than this breaker would let it, and counts of another rule are passed
 * over: a deployment may change the options.
 */
export function restoreCircuit(snapshot: CircuitSnapshot, options: ResolvedOptions): Circuit {
  const { takenAt, state, openings, ends, rule, counts } = snapshot;
  const { trip, maxOpenMs } = options;
  const longestMs = longestOpenMs(maxOpenMs);
  if (state === "open") return { state, openings, until: Math.min(ends[0] ?? Infinity, takenAt + longestMs) };
  if (state === "half-open") {
    return { state, openings, leases: new Set(ends.map((end) => ({ endsAt: Math.min(end, takenAt + maxOpenMs) }))) };
  }
  if (state === "closed") return { state, counter: trip.start(rule === trip.rule ? counts : undefined) };
  return { state };
}
