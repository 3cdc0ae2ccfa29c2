/** What a rule has counted, as plain data; `rule` names the rule with all that its counts depend on. */
export interface TripCounts {
  readonly rule: string;
  readonly counts: readonly number[];
}

/** Counts the calls of a closed circuit. */
export interface TripCounter {
  /** Counts a call that ended at `now`, in epoch ms, and says whether the circuit shall open. */
  record(failed: boolean, slow: boolean, now: number): boolean;
  /**
   * Counts a good call without the time, which costs as much to read as all the rest of a guarded call. Where it answers
   * `false`, or is not there, `record` is called.
   */
  recordUntimed?(): boolean;
  /** The counts, with every time in them moved by `shiftMs`. */
  save(shiftMs: number): readonly number[];
}

/** A rule for when a circuit opens: an immutable description that makes a counter for each time the circuit is closed. */
export interface Trip {
  /** Names the rule with all that its counts depend on: counts saved under another name are passed over. */
  readonly rule: string;
  /** A call that takes at least this many ms is slow, and no slow probe closes the circuit. `Infinity`: none is slow. */
  readonly slowCallMs: number;
  /** A counter: empty, or going on from what a counter of this rule has saved. */
  start(saved?: readonly number[]): TripCounter;
}
