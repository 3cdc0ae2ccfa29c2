import type { CircuitRecord, FleetSlot, FleetState } from "./state.ts";

/** The answer of a store about one circuit. */
export interface RecordReply {
  /** Epoch ms by the store's clock, so that environments whose own clocks differ agree. */
  readonly now: number;
  /** The circuit after the call; `undefined` if the store has no record of it. */
  readonly record: CircuitRecord | undefined;
}

/** The answer to a move. */
export interface MoveReply extends RecordReply {
  /** Whether this call made the move. If not, the record is what another environment made of it. */
  readonly hasMoved: boolean;
}

/** The answer about several circuits. Those without a record are left out. */
export interface RecordsReply {
  readonly now: number;
  readonly records: ReadonlyMap<string, CircuitRecord>;
}

/**
 * Keeps the state of circuits for all environments. It decides nothing: it adds counts, and makes a move if the circuit's
 * epoch is still the given one. A circuit without a record has epoch 0. Check an implementation with `circuitStoreContract`
 * of `@midguard/circuit-breaker/testing`. Every method rejects if the store fails.
 */
export interface CircuitStore {
  /** Reads the records of these circuits in one request. It may be some ms behind. */
  read(circuits: readonly string[], signal: AbortSignal): Promise<RecordsReply>;
  /**
   * Adds counts to a slot, atomically, if the epoch is the current one. The newest 8 slots are kept; a count for an older
   * one, or for another epoch, is dropped.
   */
  count(circuit: string, epoch: number, counts: FleetSlot, signal: AbortSignal): Promise<RecordReply>;
  /** Replaces the state if the epoch is the current one, atomically. The new epoch starts without counts. */
  move(circuit: string, epoch: number, next: FleetState, signal: AbortSignal): Promise<MoveReply>;
  /** Every circuit that the store has a record of. */
  list(signal: AbortSignal): Promise<RecordsReply>;
  /** Opens the connection, so that the first request need not wait for it: for `prime` of `@midguard/warmup`. */
  connect?(): Promise<void>;
}
