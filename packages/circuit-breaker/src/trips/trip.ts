/** The counts of a rule, as plain data. `rule` names the rule and every setting that its counts depend on. */
export interface TripCounts {
  readonly rule: string;
  readonly counts: readonly number[];
}

/** Counts the calls of a closed circuit. */
export interface TripCounter {
  /**
   * Counts a call and reports whether the circuit opens.
   *
   * @param hasFailed - Whether the call failed.
   * @param durationMs - How long it took, in ms; 0 unless the trip has `slowCallMs`.
   * @param now - When it ended, in epoch ms. It never decreases.
   */
  record(hasFailed: boolean, durationMs: number, now: number): boolean;
  /** The counts, with every time in them moved by `shiftMs`. */
  save(shiftMs: number): readonly number[];
}

/** A rule for when a circuit opens: an immutable description that makes a counter each time the circuit closes. */
export interface Trip {
  /** Names the rule and every setting that its counts depend on: counts saved under another name are discarded. */
  readonly rule: string;
  /**
   * A call that takes at least this long, in ms, is slow. A slow probe opens the circuit again.
   *
   * @default undefined: no call is slow, and durations are not measured
   */
  readonly slowCallMs?: number | undefined;
  /** Makes a counter: empty, or with the counts that a counter of this rule saved. */
  start(saved?: readonly number[]): TripCounter;
}
