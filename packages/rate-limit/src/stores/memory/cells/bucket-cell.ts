import {
  type BucketCounts,
  bucketFullAtUs,
  bucketRefundUs,
  bucketUsed,
  bucketWaitMs,
  type TokenBucket,
} from "../../../limits/token-bucket.ts";
import { type Cell, word } from "./cell.ts";

/** A token bucket in two words: when it is full again, in epoch microseconds, high and low. */
export function bucketCell({ limit, tokenUs }: TokenBucket): Cell {
  function counts(state: Int32Array, at: number, now: number): BucketCounts {
    const fullAtUs = word(state, at) * 2 ** 32 + (word(state, at + 1) >>> 0);
    // At most what an empty bucket takes: it may have been written before the clock was set back, or at a larger capacity.
    return { tokenUs, fullAtUs: Math.min(fullAtUs, now * 1_000 + limit * tokenUs) };
  }

  function keep(state: Int32Array, at: number, fullAtUs: number): void {
    state[at] = fullAtUs / 2 ** 32;
    state[at + 1] = fullAtUs;
  }

  return {
    words: 2,
    // Writes nothing: it is also called for keys of other callers, whose capacity differs.
    roll: (state, at, now) => bucketUsed(counts(state, at, now), now),
    waitMs: (state, at, now, target) => bucketWaitMs(counts(state, at, now), now, target),
    charge(state, at, now, cost) {
      const before = counts(state, at, now);
      keep(state, at, cost > 0 ? bucketFullAtUs(before, now, cost) : before.fullAtUs);
      return this.waitMs(state, at, now, 0);
    },
    refund(state, at, now, { cost, takenAt, resetAfterMs }) {
      const refundUs = bucketRefundUs({ tokenUs, cost, elapsedMs: now - takenAt, resetAfterMs });
      keep(state, at, Math.max(0, counts(state, at, now).fullAtUs - refundUs));
    },
  };
}
