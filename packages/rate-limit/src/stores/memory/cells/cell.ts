/** A take that is to be given back. */
export interface Charge {
  readonly cost: number;
  /** When it was taken, in epoch ms. */
  readonly takenAt: number;
  /** Milliseconds after which, at that time, everything could have been taken again. */
  readonly resetAfterMs: number;
}

/**
 * How one limit keeps its count in the words of a slot, from index `at` on. If all words are 0, the key is new. `roll`
 * comes first: it moves the count on to `now`, and the other methods rely on it.
 *
 * Windows are labelled by their number; that of a sliding window is kept modulo 2^32, so that its key must come again
 * within 2^31 windows: 24 days of 1 ms, 68 years of 1 s. A label one window ahead of the clock is followed: another request
 * has seen that window begin. A label further ahead was written before the clock was set back. It is brought back with
 * everything it counts, so that setting a clock back gains nothing and blocks no key until the old time.
 */
export interface Cell {
  /** How many words it takes. */
  readonly words: number;
  /** How much is used at `now`. */
  roll(state: Int32Array, at: number, now: number): number;
  /** Milliseconds until at most `target` are used. */
  waitMs(state: Int32Array, at: number, now: number, target: number): number;
  /** Counts `cost` more. Returns the milliseconds until nothing is used any more. */
  charge(state: Int32Array, at: number, now: number, cost: number): number;
  /** Gives a charge back, unless its window is over. */
  refund(state: Int32Array, at: number, now: number, charge: Charge): void;
}

/** A word of a slot; the index is always inside the table. */
export function word(state: Int32Array, at: number): number {
  return state[at] as number;
}

/** Subtracts `cost` from a word, to 0 at least. */
export function subtract(state: Int32Array, at: number, cost: number): void {
  state[at] = Math.max(0, word(state, at) - cost);
}
