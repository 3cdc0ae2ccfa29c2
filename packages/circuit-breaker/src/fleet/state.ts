/**
 * The phases of a circuit in a fleet. `suspect`: the fleet may have to open, so every environment counts all its calls.
 * `half-open`: one environment has the grant to probe. `ramping`: it recovers, and admits a growing share of the calls.
 */
export type FleetPhase = "closed" | "suspect" | "open" | "half-open" | "ramping" | "isolated";

/** The state that the environments of a fleet share about a circuit. Times are epoch ms by the store's clock. */
export interface FleetState {
  readonly phase: FleetPhase;
  /** Each move raises it. A circuit that never moved has epoch 0. */
  readonly epoch: number;
  /** Results of calls that started under an epoch before this one do not count. */
  readonly from: number;
  /** When the phase began. */
  readonly since: number;
  /** Open: when a probe may be granted. Half-open: when the prober's lease ends. Otherwise `since`. */
  readonly until: number;
  /** How often in a row the circuit has opened. */
  readonly openings: number;
  /** How many leases in a row ended without a result. */
  readonly lapses: number;
}

/** What was counted under an epoch in one stretch of time. */
export interface FleetSlot {
  readonly index: number;
  readonly calls: number;
  readonly failures: number;
  /** One character for each environment with failures; of 64, so that a large fleet adds no more. */
  readonly reporters: string;
}

/** A circuit as a store keeps it. */
export interface CircuitRecord extends FleetState {
  /** Counts of this epoch only: a move starts with no counts. */
  readonly slots: readonly FleetSlot[];
}

/** A circuit that the store knows nothing of. */
export const unknownRecord: CircuitRecord = {
  phase: "closed",
  epoch: 0,
  from: 0,
  since: 0,
  until: 0,
  openings: 0,
  lapses: 0,
  slots: [],
};
