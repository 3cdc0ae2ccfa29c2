/** One call of the server; it ends by `signal` or by its own time limit. */
export type Call = (signal?: AbortSignal) => Promise<void>;

/** One environment: serves a request that needs one call. Rejects if it cannot be answered. */
export type Environment = (call: Call) => Promise<unknown>;

/** What the environments of a fleet are made with, and where they report. */
export interface FleetSettings {
  readonly timeoutMs: number;
  readonly maxRetries: number;
  random(): number;
  /** Whether a shared store answers now. */
  isStoreAlive(): boolean;
  readonly counts: Counts;
}

/** What a fleet did. */
export interface Counts {
  /** How often the circuit of an environment opened. */
  opens: number;
  /** How often the circuit of the whole fleet opened. */
  fleetOpens: number;
  storeReads: number;
  storeWrites: number;
}

/** A way to guard calls. */
export interface Contestant {
  readonly name: string;
  /** Begins a fleet. The function that it returns starts an environment. */
  startFleet(settings: FleetSettings): () => Environment;
}
