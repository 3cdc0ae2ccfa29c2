import { type SlidingCounts, type SlidingWindow, slidingUsed, slidingWaitMs } from "../../../limits/sliding-window.ts";
import { type Cell, type Charge, subtract, word } from "./cell.ts";

/**
 * A sliding window in three words: label, count of this window, count of the previous one. A class, because nearly
 * every limiter has this limit, and fields are read faster than several variables of a closure.
 */
export class SlidingCell implements Cell {
  readonly words = 3;
  readonly #windowMs: number = 0;
  // The window that the clock is in: finding it takes a slow division, and it is nearly always the same.
  #start = 0;
  #label = 0;

  constructor({ windowMs }: SlidingWindow) {
    this.#windowMs = windowMs;
    this.#start = -windowMs;
  }

  roll(state: Int32Array, at: number, now: number): number {
    const label = this.#labelAt(now);
    const ahead = (word(state, at) - label) | 0;
    if (ahead !== 0) this.#renew(state, at, label);
    // Usual for a long window, and it saves a division.
    if (word(state, at + 2) === 0) return word(state, at + 1);
    return slidingUsed(this.#counts(state, at, now));
  }

  waitMs(state: Int32Array, at: number, now: number, target: number): number {
    return slidingWaitMs(this.#counts(state, at, now), target);
  }

  charge(state: Int32Array, at: number, now: number, cost: number): number {
    state[at + 1] = word(state, at + 1) + cost;
    return this.waitMs(state, at, now, 0);
  }

  refund(state: Int32Array, at: number, _now: number, { cost, takenAt }: Charge): void {
    if (word(state, at) === (Math.floor(takenAt / this.#windowMs) | 0)) subtract(state, at + 1, cost);
  }

  #labelAt(now: number): number {
    const since = now - this.#start;
    if (since < 0 || since >= this.#windowMs) {
      const index = Math.floor(now / this.#windowMs);
      this.#start = index * this.#windowMs;
      this.#label = index | 0;
    }
    return this.#label;
  }

  /** Moves the count into the window of `label`. */
  #renew(state: Int32Array, at: number, label: number): void {
    const ahead = (word(state, at) - label) | 0;
    if (ahead === 1) return;
    if (ahead > 1) {
      // As if about to begin: what the previous window counted is not yet fading. (A new key counts nothing.)
      state[at] = word(state, at + 1) + word(state, at + 2) === 0 ? label : label + 1;
      return;
    }
    state[at + 2] = ahead === -1 ? word(state, at + 1) : 0;
    state[at + 1] = 0;
    state[at] = label;
  }

  #counts(state: Int32Array, at: number, now: number): SlidingCounts {
    const windowMs = this.#windowMs;
    // Negative if the label is followed: the clock has yet to reach that window.
    const elapsedMs = now - this.#start - ((word(state, at) - this.#label) | 0) * windowMs;
    return { windowMs, previous: word(state, at + 2), current: word(state, at + 1), elapsedMs };
  }
}
