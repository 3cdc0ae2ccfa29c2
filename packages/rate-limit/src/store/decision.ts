/** What is left of one limit. */
export interface LimitState {
  readonly name: string;
  readonly limit: number;
  /** How much may still be taken now. */
  readonly remaining: number;
  /** Milliseconds until all of it may be taken again, if nothing is taken until then. */
  readonly resetAfterMs: number;
}

/** The decision about all limits together. */
export interface Decision {
  readonly allowed: boolean;
  /** Of the limit with the least left; 0 if no store answered. */
  readonly remaining: number;
  /** Of the same limit, in ms. */
  readonly resetAfterMs: number;
  /** Milliseconds until the same may be taken, if nothing is taken meanwhile; 0 when allowed, `Infinity` if it never may. */
  readonly retryAfterMs: number;
  /** The limits that it would have exceeded. */
  readonly violated: readonly LimitState[];
  /** Every limit, in the order given; empty if no store answered (`onStoreError` "allow" or "deny"). */
  readonly limits: readonly LimitState[];
}

/** The limit with the least left, the first of several. */
export function tightestOf(limits: readonly LimitState[]): LimitState | undefined {
  let tightest = limits[0];
  for (let index = 1; index < limits.length; index += 1) {
    const state = limits[index] as LimitState;
    if (state.remaining < (tightest as LimitState).remaining) tightest = state;
  }
  return tightest;
}
