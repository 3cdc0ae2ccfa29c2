/** The states of a circuit. `isolated` is held open by hand. */
export type CircuitState = "closed" | "open" | "half-open" | "isolated";

/**
 * A circuit as plain data. Each move to another state raises `epoch` by one; a call remembers the epoch that it entered, and
 * results of calls that started under an earlier epoch are discarded.
 */
export type Circuit = { readonly epoch: number } & (
  | { readonly state: "closed" }
  /** `openings`: how often in a row the circuit has opened. `until`: when it half-opens. */
  | { readonly state: "open"; readonly openings: number; readonly until: number }
  /** `leaseEnds`: when the lease of each probe under way ends. */
  | { readonly state: "half-open"; readonly openings: number; readonly leaseEnds: readonly number[] }
  | { readonly state: "isolated" }
);

/** The settings of the machine. All times are in ms. */
export interface CircuitRules {
  readonly openMs: number;
  readonly maxOpenMs: number;
  readonly halfOpenPermits: number;
}

/** A call that the circuit admitted. */
export interface Call {
  /** The circuit's epoch when the call entered. */
  readonly epoch: number;
  /** When it entered, in ms; 0 if the circuit was closed and durations are not measured. */
  readonly startedAt: number;
  /** When the lease of a probe ends; `Infinity` for a call through a closed circuit, which needs none. */
  readonly leaseEndsAt: number;
  /** The fleet's epoch when the call entered: its result does not count in a later one. */
  readonly fleetEpoch: number;
}

/** How a call ended. `slow`: it succeeded, but too slowly. `neutral`: it says nothing about the dependency. */
export type CallResult = "success" | "failure" | "slow" | "neutral";

/** How often in a row the circuit has opened without having closed in between. */
export function openingsOf(circuit: Circuit): number {
  return "openings" in circuit ? circuit.openings : 0;
}
