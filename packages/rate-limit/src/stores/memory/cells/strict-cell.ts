import type { SlidingWindow } from "../../../limits/sliding-window.ts";
import { type StrictCounts, strictPartAt, strictParts, strictWaitMs } from "../../../limits/strict-window.ts";
import { type Cell, subtract, word } from "./cell.ts";

/** The parts that a rolling window touches. */
const parts = strictParts + 1;

function used(state: Int32Array, at: number): number {
  let sum = 0;
  for (let part = 1; part <= parts; part += 1) sum += word(state, at + part);
  return sum;
}

/** Index of the word that counts a part; a part before the epoch has a negative number. */
function placeOf(at: number, part: number): number {
  return at + 1 + (((part % parts) + parts) % parts);
}

/** A strict window in 14 words: label, then a ring of the parts that a rolling window touches. */
export function strictCell({ windowMs }: SlidingWindow): Cell {
  /** Number of the labelled part, which is ahead of the clock's if the label is followed. */
  function labelled(state: Int32Array, at: number, now: number): number {
    const index = strictPartAt(now, windowMs);
    return index + ((word(state, at) - index) | 0);
  }

  function counts(state: Int32Array, at: number, now: number): StrictCounts {
    return { windowMs, newest: labelled(state, at, now), countIn: (part) => word(state, placeOf(at, part)) };
  }

  return {
    words: 1 + parts,
    roll(state, at, now) {
      const index = strictPartAt(now, windowMs);
      const ahead = (word(state, at) - index) | 0;
      const sum = used(state, at);
      if (ahead >= 0 && ahead < parts) return sum;
      state[at] = index;
      if (ahead > 0) {
        // As if all of it had been taken just now.
        state.fill(0, at + 1, at + 1 + parts);
        state[placeOf(at, index)] = sum;
        return sum;
      }
      // Emptied: the parts that began since.
      for (let gone = 0; gone < Math.min(-ahead, parts); gone += 1) state[placeOf(at, index - gone)] = 0;
      return used(state, at);
    },
    waitMs: (state, at, now, target) => strictWaitMs(counts(state, at, now), now, target),
    charge(state, at, now, cost) {
      const place = placeOf(at, labelled(state, at, now));
      state[place] = word(state, place) + cost;
      return this.waitMs(state, at, now, 0);
    },
    refund(state, at, now, { cost, takenAt }) {
      const part = strictPartAt(takenAt, windowMs);
      const age = labelled(state, at, now) - part;
      if (age >= 0 && age < parts) subtract(state, placeOf(at, part), cost);
    },
  };
}
