import { calendarOf } from "../../limits/calendar.ts";
import type { Limit } from "../../limits/limit.ts";
import type { Quota } from "../../limits/quota.ts";
import {
  type SlidingWindow,
  slidingUsed,
  slidingWaitMs,
  subWindowGoneAt,
  subWindowIndex,
  subWindows,
} from "../../limits/sliding-window.ts";
import { bucketAfter, bucketRefundUs, bucketUsed, bucketWaitMs, type TokenBucket } from "../../limits/token-bucket.ts";

/**
 * How one limit keeps its count in some words of a table's slots. All words 0 are a key never seen. `roll` comes first: it
 * moves the count on to `now`, and the others rely on it.
 *
 * Windows are labelled by their number modulo 2^32. A label that is one window ahead of the clock is followed: another
 * request has seen that window begin. One further ahead was written before the clock was set back, and is brought back
 * with all that it counts, so that setting a clock back wins nothing, and a key is not blocked until the old time.
 */
export interface Cell {
  readonly words: number;
  /** How much is used at `now`. */
  roll(state: Int32Array, at: number, now: number): number;
  /** Milliseconds until at most `target` are used. */
  waitMs(state: Int32Array, at: number, now: number, target: number): number;
  /** Counts `cost` more. Milliseconds until nothing is used any more. */
  charge(state: Int32Array, at: number, now: number, cost: number): number;
  /** Gives back what was charged at `chargedAt`, when the limit would have been full again after `resetAfterMs`. */
  refund(state: Int32Array, at: number, now: number, cost: number, chargedAt: number, resetAfterMs: number): void;
}

/** A word of a table; the place is always inside it. */
function word(state: Int32Array, at: number): number {
  return state[at] as number;
}

function subtract(state: Int32Array, at: number, cost: number): void {
  state[at] = Math.max(0, word(state, at) - cost);
}

/**
 * Words: label, count of this window, count of the previous one. A class, because this is the limit that nearly everybody
 * has: fields are read quicker than the variables of a closure where there are several of them.
 */
class SlidingCell implements Cell {
  readonly words = 3;
  readonly #windowMs: number = 0;
  // The window that the clock is in: a division is slow, and the same one is asked for again and again.
  #start = 0;
  #label = 0;

  constructor({ windowMs }: SlidingWindow) {
    this.#windowMs = windowMs;
    this.#start = -windowMs;
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

  roll(state: Int32Array, at: number, now: number): number {
    const label = this.#labelAt(now);
    const ahead = (word(state, at) - label) | 0;
    if (ahead !== 0) this.#renew(state, at, label, ahead);
    const previous = word(state, at + 2);
    const current = word(state, at + 1);
    // Nearly always so in a window that is long, and it saves a division.
    if (previous === 0) return current;
    return slidingUsed(previous, current, Math.max(0, this.#sinceMs(state, at, now)), this.#windowMs);
  }

  #renew(state: Int32Array, at: number, label: number, ahead: number): void {
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

  /** Time since the start of the labelled window; negative where the label is followed. */
  #sinceMs(state: Int32Array, at: number, now: number): number {
    return now - this.#start - ((word(state, at) - this.#label) | 0) * this.#windowMs;
  }

  waitMs(state: Int32Array, at: number, now: number, target: number): number {
    const since = this.#sinceMs(state, at, now);
    return slidingWaitMs(word(state, at + 2), word(state, at + 1), since, this.#windowMs, target);
  }

  charge(state: Int32Array, at: number, now: number, cost: number): number {
    state[at + 1] = word(state, at + 1) + cost;
    return this.waitMs(state, at, now, 0);
  }

  refund(state: Int32Array, at: number, _now: number, cost: number, chargedAt: number): void {
    if (word(state, at) === (Math.floor(chargedAt / this.#windowMs) | 0)) subtract(state, at + 1, cost);
  }
}

/** Words: label, then a ring of the parts that a rolling window touches. */
function strictCell({ windowMs }: SlidingWindow): Cell {
  const parts = subWindows + 1;
  /** Number of the labelled part, which is ahead of the clock's where the label is followed. */
  function labelled(state: Int32Array, at: number, now: number): number {
    const index = subWindowIndex(now, windowMs);
    return index + ((word(state, at) - index) | 0);
  }
  function used(state: Int32Array, at: number): number {
    let sum = 0;
    for (let part = 1; part <= parts; part += 1) sum += word(state, at + part);
    return sum;
  }
  return {
    words: 1 + parts,
    roll(state, at, now) {
      const index = subWindowIndex(now, windowMs);
      const ahead = (word(state, at) - index) | 0;
      const sum = used(state, at);
      if (ahead >= 0 && ahead <= subWindows) return sum;
      state[at] = index;
      if (ahead > 0) {
        // As if all of it had been taken just now.
        state.fill(0, at + 1, at + 1 + parts);
        state[at + 1 + (index % parts)] = sum;
        return sum;
      }
      // Emptied: the parts that began since.
      for (let gone = 0; gone < Math.min(-ahead, parts); gone += 1) state[at + 1 + ((index - gone) % parts)] = 0;
      return used(state, at);
    },
    waitMs(state, at, now, target) {
      let sum = used(state, at);
      if (sum <= target) return 0;
      // None is before the epoch.
      let part = Math.max(-1, labelled(state, at, now) - parts);
      while (sum > target) {
        part += 1;
        sum -= word(state, at + 1 + (part % parts));
      }
      return subWindowGoneAt(part, windowMs) - now;
    },
    charge(state, at, now, cost) {
      const place = at + 1 + (labelled(state, at, now) % parts);
      state[place] = word(state, place) + cost;
      return this.waitMs(state, at, now, 0);
    },
    refund(state, at, now, cost, chargedAt) {
      const part = subWindowIndex(chargedAt, windowMs);
      const age = labelled(state, at, now) - part;
      if (age >= 0 && age < parts) subtract(state, at + 1 + (part % parts), cost);
    },
  };
}

/** Words: start of the period in epoch seconds, count. */
function quotaCell({ unit, timeZone }: Quota): Cell {
  const calendar = calendarOf(unit, timeZone);
  const label = (start: number): number => (start / 1_000) | 0;
  return {
    words: 2,
    roll(state, at, now) {
      const { start, end } = calendar.periodAt(now);
      const current = label(start);
      const stored = word(state, at);
      if (stored !== current && stored !== label(end)) {
        if (((stored - current) | 0) < 0) state[at + 1] = 0;
        state[at] = current;
      }
      return word(state, at + 1);
    },
    waitMs(state, at, now, target) {
      if (word(state, at + 1) <= target) return 0;
      const { start, end } = calendar.periodAt(now);
      return (word(state, at) === label(start) ? end : calendar.periodAt(end).end) - now;
    },
    charge(state, at, now, cost) {
      state[at + 1] = word(state, at + 1) + cost;
      return this.waitMs(state, at, now, 0);
    },
    refund(state, at, _now, cost, chargedAt) {
      if (word(state, at) === label(calendar.periodAt(chargedAt).start)) subtract(state, at + 1, cost);
    },
  };
}

/** Words: when the bucket is full again, in epoch microseconds, high and low. */
function bucketCell({ limit, tokenUs }: TokenBucket): Cell {
  function fullAt(state: Int32Array, at: number): number {
    return word(state, at) * 2 ** 32 + (word(state, at + 1) >>> 0);
  }
  /** Not more than an empty bucket takes: it may have been written before the clock was set back, or at a larger capacity. */
  function fullWithin(state: Int32Array, at: number, now: number): number {
    return Math.min(fullAt(state, at), now * 1_000 + limit * tokenUs);
  }
  function keep(state: Int32Array, at: number, fullAtUs: number): void {
    state[at] = fullAtUs / 2 ** 32;
    state[at + 1] = fullAtUs;
  }
  return {
    words: 2,
    // Writes nothing: it is also asked about keys of other callers, whose capacity is another.
    roll: (state, at, now) => bucketUsed(fullWithin(state, at, now), now, tokenUs),
    waitMs: (state, at, now, target) => bucketWaitMs(fullWithin(state, at, now), now, tokenUs, target),
    charge(state, at, now, cost) {
      const before = fullWithin(state, at, now);
      keep(state, at, cost > 0 ? bucketAfter(before, now, tokenUs, cost) : before);
      return this.waitMs(state, at, now, 0);
    },
    refund(state, at, now, cost, chargedAt, resetAfterMs) {
      const refundUs = bucketRefundUs(cost, tokenUs, now - chargedAt, resetAfterMs);
      keep(state, at, Math.max(0, fullWithin(state, at, now) - refundUs));
    },
  };
}

/** The cell of a limit. */
export function cellOf(limit: Limit): Cell {
  if (limit.kind === "quota") return quotaCell(limit);
  if (limit.kind === "token-bucket") return bucketCell(limit);
  return limit.strict ? strictCell(limit) : new SlidingCell(limit);
}
