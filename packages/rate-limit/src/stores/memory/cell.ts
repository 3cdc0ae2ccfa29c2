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
 * How one limit keeps its count in some words of a table. All words 0 are a key never seen. `roll` comes first: it
 * moves the count on to `now`, and the others rely on it.
 *
 * Windows are labelled by their number modulo 2^32. A label that is one window ahead of the clock is followed: another
 * request has seen that window begin. One further ahead was written before the clock was set back, and is brought back
 * with all that it counts, so that setting a clock back wins nothing, and a key is not blocked until the old time.
 */
export interface Cell {
  readonly words: number;
  roll(state: Uint32Array, at: number, now: number): void;
  used(state: Uint32Array, at: number, now: number): number;
  /** Milliseconds until at most `target` are used. */
  waitMs(state: Uint32Array, at: number, now: number, target: number): number;
  charge(state: Uint32Array, at: number, now: number, cost: number): void;
  /** Gives back what was charged at `chargedAt`, when the limit would have been full again after `resetAfterMs`. */
  refund(state: Uint32Array, at: number, now: number, cost: number, chargedAt: number, resetAfterMs: number): void;
}

/** A word of a table; the place is always inside it. */
function word(state: Uint32Array, at: number): number {
  return state[at] as number;
}

function subtract(state: Uint32Array, at: number, cost: number): void {
  state[at] = Math.max(0, word(state, at) - cost);
}

/** Words: label, count of this window, count of the previous one. */
function slidingCell({ windowMs }: SlidingWindow): Cell {
  // A division is slow, and the same ms is asked for again and again.
  let lastNow = -1;
  let lastIndex = 0;
  function indexAt(now: number): number {
    if (now !== lastNow) {
      lastNow = now;
      lastIndex = Math.floor(now / windowMs);
    }
    return lastIndex;
  }
  /** Time since the start of the labelled window; negative where the label is followed. */
  function elapsed(state: Uint32Array, at: number, now: number): number {
    const index = indexAt(now);
    return now - (index + ((word(state, at) - index) | 0)) * windowMs;
  }
  return {
    words: 3,
    roll(state, at, now) {
      const index = indexAt(now);
      const ahead = (word(state, at) - index) | 0;
      if (ahead === 0 || ahead === 1) return;
      if (ahead > 1) {
        // As if about to begin: what the previous window counted is not yet fading. (A new key counts nothing.)
        state[at] = word(state, at + 1) + word(state, at + 2) === 0 ? index : index + 1;
        return;
      }
      state[at + 2] = ahead === -1 ? word(state, at + 1) : 0;
      state[at + 1] = 0;
      state[at] = index;
    },
    used(state, at, now) {
      const since = Math.max(0, elapsed(state, at, now));
      return slidingUsed(word(state, at + 2), word(state, at + 1), since, windowMs);
    },
    waitMs(state, at, now, target) {
      const since = elapsed(state, at, now);
      return slidingWaitMs(word(state, at + 2), word(state, at + 1), since, windowMs, target);
    },
    charge(state, at, _now, cost) {
      state[at + 1] = word(state, at + 1) + cost;
    },
    refund(state, at, _now, cost, chargedAt) {
      if (word(state, at) === Math.floor(chargedAt / windowMs) >>> 0) subtract(state, at + 1, cost);
    },
  };
}

/** Words: label, then a ring of the parts that a rolling window touches. */
function strictCell({ windowMs }: SlidingWindow): Cell {
  const parts = subWindows + 1;
  /** Number of the labelled part, which is ahead of the clock's where the label is followed. */
  function labelled(state: Uint32Array, at: number, now: number): number {
    const index = subWindowIndex(now, windowMs);
    return index + ((word(state, at) - index) | 0);
  }
  function used(state: Uint32Array, at: number): number {
    let sum = 0;
    for (let part = 1; part <= parts; part += 1) sum += word(state, at + part);
    return sum;
  }
  return {
    words: 1 + parts,
    roll(state, at, now) {
      const index = subWindowIndex(now, windowMs);
      const ahead = (word(state, at) - index) | 0;
      if (ahead >= 0 && ahead <= subWindows) return;
      state[at] = index;
      if (ahead > 0) {
        // As if all of it had been taken just now.
        const sum = used(state, at);
        state.fill(0, at + 1, at + 1 + parts);
        state[at + 1 + (index % parts)] = sum;
        return;
      }
      // Emptied: the parts that began since.
      for (let gone = 0; gone < Math.min(-ahead, parts); gone += 1) state[at + 1 + ((index - gone) % parts)] = 0;
    },
    used,
    waitMs(state, at, now, target) {
      let sum = used(state, at);
      if (sum <= target) return 0;
      let part = labelled(state, at, now) - parts;
      while (sum > target) {
        part += 1;
        sum -= word(state, at + 1 + (part % parts));
      }
      return subWindowGoneAt(part, windowMs) - now;
    },
    charge(state, at, now, cost) {
      const place = at + 1 + (labelled(state, at, now) % parts);
      state[place] = word(state, place) + cost;
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
  const label = (start: number): number => (start / 1_000) >>> 0;
  return {
    words: 2,
    roll(state, at, now) {
      const { start, end } = calendar.periodAt(now);
      const current = label(start);
      const stored = word(state, at);
      if (stored === current || stored === label(end)) return;
      if (((stored - current) | 0) < 0) state[at + 1] = 0;
      state[at] = current;
    },
    used: (state, at) => word(state, at + 1),
    waitMs(state, at, now, target) {
      if (word(state, at + 1) <= target) return 0;
      const { start, end } = calendar.periodAt(now);
      return (word(state, at) === label(start) ? end : calendar.periodAt(end).end) - now;
    },
    charge(state, at, _now, cost) {
      state[at + 1] = word(state, at + 1) + cost;
    },
    refund(state, at, _now, cost, chargedAt) {
      if (word(state, at) === label(calendar.periodAt(chargedAt).start)) subtract(state, at + 1, cost);
    },
  };
}

/** Words: when the bucket is full again, in epoch microseconds, high and low. */
function bucketCell({ limit, tokenUs }: TokenBucket): Cell {
  function fullAt(state: Uint32Array, at: number): number {
    return word(state, at) * 2 ** 32 + word(state, at + 1);
  }
  function keep(state: Uint32Array, at: number, fullAtUs: number): void {
    state[at] = fullAtUs / 2 ** 32;
    state[at + 1] = fullAtUs;
  }
  return {
    words: 2,
    roll(state, at, now) {
      // More than an empty bucket takes: written before the clock was set back, or at a larger capacity.
      const latest = now * 1_000 + limit * tokenUs;
      if (fullAt(state, at) > latest) keep(state, at, latest);
    },
    used: (state, at, now) => bucketUsed(fullAt(state, at), now, tokenUs),
    waitMs: (state, at, now, target) => bucketWaitMs(fullAt(state, at), now, tokenUs, target),
    charge(state, at, now, cost) {
      keep(state, at, bucketAfter(fullAt(state, at), now, tokenUs, cost));
    },
    refund(state, at, now, cost, chargedAt, resetAfterMs) {
      const refundUs = bucketRefundUs(cost, tokenUs, now - chargedAt, resetAfterMs);
      keep(state, at, Math.max(0, fullAt(state, at) - refundUs));
    },
  };
}

/** The cell of a limit. */
export function cellOf(limit: Limit): Cell {
  if (limit.kind === "quota") return quotaCell(limit);
  if (limit.kind === "token-bucket") return bucketCell(limit);
  return limit.strict ? strictCell(limit) : slidingCell(limit);
}
