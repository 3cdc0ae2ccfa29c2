import type { Clock } from "@midguard/kernel";
import { systemClock } from "@midguard/kernel";
import { addToSlots } from "../fleet/counts.ts";
import { type CircuitRecord, type FleetSlot, type FleetState, unknownRecord } from "../fleet/state.ts";
import type { CircuitStore, MoveReply, RecordReply, RecordsReply } from "../fleet/store.ts";

/** How often a store was called. */
export interface StoreCalls {
  reads: number;
  /** Counts and moves. */
  writes: number;
}

/** A store for tests, in the memory of one process. */
export interface MemoryCircuitStore extends CircuitStore {
  readonly calls: StoreCalls;
  /** Other processes cannot see it, so the `midguard` command refuses it. */
  readonly inMemory: true;
}

/**
 * Makes a store for tests of a fleet in one process: give the same one to the breakers of all its environments.
 *
 * @param clock - The store's clock. @default systemClock
 *
 * @example
 * const store = memoryCircuitStore(clock);
 * const environments = [1, 2, 3].map(() => createCircuitBreaker({ name: "payments", store, clock }));
 */
export function memoryCircuitStore(clock: Pick<Clock, "now"> = systemClock): MemoryCircuitStore {
  const kept = new Map<string, CircuitRecord>();
  const calls: StoreCalls = { reads: 0, writes: 0 };
  const now = (): number => Math.floor(clock.now());
  const epochOf = (circuit: string): number => kept.get(circuit)?.epoch ?? 0;

  async function read(circuits: Iterable<string>): Promise<RecordsReply> {
    calls.reads += 1;
    const records = new Map<string, CircuitRecord>();
    for (const circuit of circuits) {
      const record = kept.get(circuit);
      if (record !== undefined) records.set(circuit, record);
    }
    return { now: now(), records };
  }

  return {
    calls,
    inMemory: true,
    read,
    list: () => read([...kept.keys()]),
    async count(circuit: string, epoch: number, counts: FleetSlot): Promise<RecordReply> {
      calls.writes += 1;
      const record = kept.get(circuit) ?? unknownRecord;
      if (epoch === record.epoch) kept.set(circuit, { ...record, slots: addToSlots(record.slots, counts) });
      return { now: now(), record: kept.get(circuit) };
    },
    async move(circuit: string, epoch: number, next: FleetState): Promise<MoveReply> {
      calls.writes += 1;
      const hasMoved = epoch === epochOf(circuit);
      if (hasMoved) kept.set(circuit, { ...next, slots: [] });
      return { now: now(), record: kept.get(circuit), hasMoved };
    },
  };
}
