import type { SlidingWindow } from "../../../limits/sliding-window.ts";
import { type StrictCounts, strictPartAt, strictParts, strictWaitMs } from "../../../limits/strict-window.ts";
import { type Cell, subtract, word } from "./cell.ts";

/** The parts that a rolling window touches. */
const parts = strictParts + 1;
/** Where the ring of the parts begins, behind the label. */
const ring = 2;

function used(state: Int32Array, at: number): number {
  let sum = 0;
  for (let place = ring; place < ring + parts; place += 1) sum += word(state, at + place);
  return sum;
}

/** Index of the word that counts a part; a part before the epoch has a negative number. */
function placeOf(at: number, part: number): number {
  return at + ring + (((part % parts) + parts) % parts);
}

/**
 * A strict window in 15 words: its label, high and low, then a ring of the parts that a rolling window touches. The label
 * is whole, since parts are short: one of 1 ms comes round to the same 32 bits within 50 days.
 */
export function strictCell({ windowMs }: SlidingWindow): Cell {
  /** Number of the labelled part, which is ahead of the clock's if the label is followed. */
  function labelled(state: Int32Array, at: number): number {
    return word(state, at) * 2 ** 32 + (word(state, at + 1) >>> 0);
  }

  function label(state: Int32Array, at: number, part: number): void {
    state[at] = Math.floor(part / 2 ** 32);
    state[at + 1] = part;
  }

  function counts(state: Int32Array, at: number): StrictCounts {
    return { windowMs, newest: labelled(state, at), countIn: (part) => word(state, placeOf(at, part)) };
  }

  return {
    words: ring + parts,
    roll(state, at, now) {
      const index = strictPartAt(now, windowMs);
      const ahead = labelled(state, at) - index;
      const sum = used(state, at);
      if (ahead >= 0 && ahead < parts) return sum;
      label(state, at, index);
      if (ahead > 0) {
        // As if all of it had been taken just now.
        state.fill(0, at + ring, at + ring + parts);
        state[placeOf(at, index)] = sum;
        return sum;
      }
      // Emptied: the parts that began since.
      for (let gone = 0; gone < Math.min(-ahead, parts); gone += 1) state[placeOf(at, index - gone)] = 0;
      return used(state, at);
    },
    waitMs: (state, at, now, target) => strictWaitMs(counts(state, at), now, target),
    charge(state, at, now, cost) {
      const place = placeOf(at, labelled(state, at));
      state[place] = word(state, place) + cost;
      return this.waitMs(state, at, now, 0);
    },
    refund(state, at, _now, { cost, takenAt }) {
      const part = strictPartAt(takenAt, windowMs);
      const age = labelled(state, at) - part;
      if (age >= 0 && age < parts) subtract(state, placeOf(at, part), cost);
    },
  };
}
