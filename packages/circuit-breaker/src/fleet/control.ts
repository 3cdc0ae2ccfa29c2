import { type Clock, systemClock } from "@midguard/kernel";
import { callback, createStoreGuard, number, readOptions, required, shape, text } from "@midguard/kernel/internal";
import { applyMove } from "./apply.ts";
import { moveToIsolated, moveToReleased } from "./moves.ts";
import { type FleetPhase, unknownRecord } from "./state.ts";
import type { CircuitStore, RecordReply } from "./store.ts";
import { circuitStoreRule } from "./store-rule.ts";
import { CircuitStoreTimeoutError } from "./timeout-error.ts";

/** A circuit as the fleet has it. */
export interface CircuitStatus {
  readonly circuit: string;
  readonly phase: FleetPhase;
  /** How long it has been in this phase, in ms; `Infinity` if it has never had trouble. */
  readonly ageMs: number;
}

/** Options of `createCircuitControl`. */
export interface CircuitControlOptions {
  /** Where the fleet keeps its circuits. */
  readonly store: CircuitStore;
  /** How long each operation may take, in ms. @default 5_000 */
  readonly timeoutMs?: number | undefined;
  /** Drives the time limit. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** Looks at the circuits of a fleet, and moves them by hand. Every method rejects if the store fails. */
export interface CircuitControl {
  /** Every circuit that has had trouble in the last day, or is isolated; by name. */
  list(): Promise<readonly CircuitStatus[]>;
  /** Holds a circuit open in all environments, until it is released. Each follows within its `syncMs`. */
  isolate(circuit: string): Promise<CircuitStatus>;
  /** Closes an isolated circuit in all environments. Any other stays as it is. */
  release(circuit: string): Promise<CircuitStatus>;
}

function statusOf(circuit: string, { now, record = unknownRecord }: RecordReply): CircuitStatus {
  const ageMs = record.epoch === 0 ? Infinity : Math.max(0, now - record.since);
  return { circuit, phase: record.phase, ageMs };
}

const rules = {
  store: required(circuitStoreRule),
  timeoutMs: number({ min: 1 }),
  clock: shape<Clock>({ now: callback(), sleep: callback() }),
};

/**
 * Makes the control of a fleet's circuits, for a shell or an operator's own function. It needs no circuit breaker.
 *
 * @example
 * const circuits = createCircuitControl({ store: dynamoDbCircuitStore({ client, tableName: "circuits" }) });
 * await circuits.isolate("payments");
 *
 * @throws TypeError or RangeError naming the option and the value if one is wrong.
 */
export function createCircuitControl(options: CircuitControlOptions): CircuitControl {
  const defaults = { timeoutMs: 5_000, clock: systemClock };
  const { store, timeoutMs, clock } = readOptions("createCircuitControl", options, rules, defaults);
  const timeoutError = (ms: number): Error => new CircuitStoreTimeoutError(ms);
  const guard = createStoreGuard({ timeoutMs, firstTimeoutMs: timeoutMs, clock, timeoutError });

  async function apply(method: string, circuit: string, move: typeof moveToIsolated): Promise<CircuitStatus> {
    text(`${method}: circuit`, circuit);
    const reply = await guard.call((signal) => applyMove(store, circuit, move, signal));
    return statusOf(circuit, reply);
  }

  return {
    isolate: (circuit) => apply("isolate", circuit, moveToIsolated),
    release: (circuit) => apply("release", circuit, moveToReleased),
    async list() {
      const { now, records } = await guard.call((signal) => store.list(signal));
      return [...records]
        .map(([circuit, record]) => statusOf(circuit, { now, record }))
        .sort((a, b) => a.circuit.localeCompare(b.circuit));
    },
  };
}
