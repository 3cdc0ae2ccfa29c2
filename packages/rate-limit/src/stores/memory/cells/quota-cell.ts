import { calendarOf } from "../../../limits/calendar.ts";
import { type Quota, quotaWaitMs } from "../../../limits/quota.ts";
import { type Cell, subtract, word } from "./cell.ts";

/** The label of a period: its start in epoch seconds, modulo 2^32. */
function labelOf(start: number): number {
  return (start / 1_000) | 0;
}

/** A quota in two words: label and count. */
export function quotaCell({ unit, timeZone }: Quota): Cell {
  const calendar = calendarOf(unit, timeZone);

  /** Milliseconds until the labelled period ends: the clock's own period, or the next one if the label is followed. */
  function leftMs(state: Int32Array, at: number, now: number): number {
    const { start, end } = calendar.periodAt(now);
    return (word(state, at) === labelOf(start) ? end : calendar.periodAt(end).end) - now;
  }

  return {
    words: 2,
    roll(state, at, now) {
      const { start, end } = calendar.periodAt(now);
      const current = labelOf(start);
      const stored = word(state, at);
      if (stored !== current && stored !== labelOf(end)) {
        if (((stored - current) | 0) < 0) state[at + 1] = 0;
        state[at] = current;
      }
      return word(state, at + 1);
    },
    waitMs(state, at, now, target) {
      return quotaWaitMs({ used: word(state, at + 1), leftMs: leftMs(state, at, now) }, target);
    },
    charge(state, at, now, cost) {
      state[at + 1] = word(state, at + 1) + cost;
      return this.waitMs(state, at, now, 0);
    },
    refund(state, at, _now, { cost, takenAt }) {
      if (word(state, at) === labelOf(calendar.periodAt(takenAt).start)) subtract(state, at + 1, cost);
    },
  };
}
