import { type Outcome, type Take, takeOf } from "./take.ts";

/** A take from a token bucket; `limit` is its capacity. */
export interface TokenBucketVector extends Take {
  readonly tokenUs: number;
  /** When the bucket was full again before the take, in epoch microseconds; in the past if it is full. */
  readonly fullAtUs: number;
  /** Epoch ms. */
  readonly now: number;
}

/** A refund of tokens. */
export interface TokenRefundVector {
  readonly tokenUs: number;
  readonly cost: number;
  /** Time since the take. */
  readonly elapsedMs: number;
  /** After how long the bucket was full again, as the take reported it. */
  readonly resetAfterMs: number;
  /** How much earlier the bucket is full after the refund, in microseconds. */
  readonly refundUs: number;
}

// All results were computed by searching for the first ms with room, not by the formulas that they test.

/** tokenUs, fullAtUs, now; limit, cost; allowed, remaining, retryAfterMs, resetAfterMs */
const buckets: readonly [tokenUs: number, fullAtUs: number, now: number, ...Outcome][] = [
  [200_000, 0, 1_767_225_600_123, 20, 1, true, 19, 0, 200],
  [200_000, 1_767_225_603_923_000, 1_767_225_600_123, 20, 1, true, 0, 0, 4_000],
  [200_000, 1_767_225_604_123_000, 1_767_225_600_123, 20, 1, false, 0, 200, 4_000],
  [200_000, 1_767_225_603_924_000, 1_767_225_600_123, 20, 1, false, 0, 1, 3_801],
  [200_000, 1_767_225_603_923_000, 1_767_225_600_123, 20, 1, true, 0, 0, 4_000],
  [200_000, 1_767_225_603_123_000, 1_767_225_600_123, 20, 5, true, 0, 0, 4_000],
  [200_000, 1_767_225_603_123_000, 1_767_225_600_123, 20, 6, false, 5, 200, 3_000],
  [200_000, 1_767_225_603_123_000, 1_767_225_600_123, 20, 20, false, 5, 3_000, 3_000],
  [200_000, 1_767_225_603_123_000, 1_767_225_600_123, 20, 21, false, 5, Infinity, 3_000],
  [333_334, 1_767_225_601_289_670, 1_767_225_600_123, 5, 1, true, 0, 0, 1_501],
  [333_334, 1_767_225_601_456_670, 1_767_225_600_123, 5, 1, false, 0, 1, 1_334],
  [333_334, 1_767_225_601_455_670, 1_767_225_600_123, 5, 1, true, 0, 0, 1_667],
  [333_334, 1_767_225_600_788_670, 1_767_225_600_123, 5, 4, false, 3, 333, 666],
  [100, 1_767_225_600_133_000, 1_767_225_600_123, 100, 1, false, 0, 1, 10],
  [100, 1_767_225_600_132_000, 1_767_225_600_123, 100, 10, true, 0, 0, 10],
  [100, 1_767_225_600_132_000, 1_767_225_600_123, 100, 11, false, 10, 1, 9],
  [1_000_000_000_000, 1_769_225_600_122_000, 1_767_225_600_123, 3, 2, false, 1, 999_999_999, 1_999_999_999],
  [1_000_000_000_000, 1_769_225_600_122_000, 1_767_225_600_123, 3, 1, true, 0, 0, 2_999_999_999],
  [200_000, 1_767_225_600_623_000, 1_767_225_600_123, 20, 0, true, 17, 0, 500],
  [200_000, 1_767_225_604_023_000, 1_767_225_600_123, 20, 0, true, 0, 0, 3_900],
  [1, 1_767_225_600_124_000, 1_767_225_600_123, 1_000, 1, false, 0, 1, 1],
  [333_334, 1_767_225_601_789_670, 1_767_225_600_123, 5, 1, false, 0, 334, 1_667],
  [333_334, 1_767_225_600_123_670, 1_767_225_600_123, 5, 5, false, 4, 1, 1],
  [333_334, 1_767_225_600_122_670, 1_767_225_600_123, 5, 5, true, 0, 0, 1_667],
  [142_858, 1_767_225_600_981_006, 1_767_225_600_123, 7, 1, false, 0, 1, 859],
  [142_858, 1_767_225_600_980_006, 1_767_225_600_123, 7, 1, true, 0, 0, 1_000],
  [1, 1_767_225_600_123_000, 1_767_225_600_123, 1_000, 1_000, true, 0, 0, 1],
  [999, 1_767_225_600_123_990, 1_767_225_600_123, 10, 9, true, 0, 0, 10],
  [999, 1_767_225_600_123_990, 1_767_225_600_123, 10, 10, false, 9, 1, 1],
  [1_001, 1_767_225_600_132_010, 1_767_225_600_123, 10, 1, false, 0, 1, 10],
  [1_001, 1_767_225_600_131_010, 1_767_225_600_123, 10, 1, true, 0, 0, 10],
  [100, 1_767_225_600_133_000, 1_767_225_600_123, 100, 100, false, 0, 10, 10],
  [86_400_000_000, 1_767_398_400_124_000, 1_767_225_600_123, 3, 1, false, 0, 1, 172_800_001],
  [86_400_000_000, 1_767_398_400_123_000, 1_767_225_600_123, 3, 1, true, 0, 0, 259_200_000],
];

/** Takes from token buckets. */
export const tokenBucketVectors: readonly TokenBucketVector[] = buckets.map(([tokenUs, fullAtUs, now, ...outcome]) => ({
  ...{ tokenUs, fullAtUs, now },
  ...takeOf(outcome),
}));

// Tokens that have come back are not given back: after the take, the bucket would have been full this long before
// `resetAfterMs` less 1 ms without it, and from then on one token came back each `tokenUs`.

/** tokenUs, cost, elapsedMs, resetAfterMs, refundUs */
const refunds: readonly [tokenUs: number, cost: number, elapsedMs: number, resetAfterMs: number, refundUs: number][] = [
  [200_000, 1, 0, 200, 200_000],
  [200_000, 1, 50, 200, 150_000],
  [200_000, 1, 199, 200, 1_000],
  [200_000, 1, 200, 200, 0],
  [200_000, 1, 3_600_000, 200, 0],
  [200_000, 1, 3_799, 4_000, 200_000],
  [200_000, 1, 3_800, 4_000, 199_000],
  [200_000, 1, 3_999, 4_000, 0],
  [200_000, 20, 0, 4_000, 4_000_000],
  [200_000, 20, 1_000, 4_000, 3_000_000],
  [333_334, 5, 0, 1_667, 1_666_670],
  [333_334, 5, 1_000, 1_667, 666_670],
  [333_334, 5, 1_666, 1_667, 670],
  [333_334, 5, 1_667, 1_667, 0],
  [100, 1, 0, 1, 100],
  [100, 1, 1, 1, 0],
  [1_000_000_000_000, 1, 0, 2_999_999_999, 1_000_000_000_000],
  [1_000_000_000_000, 1, 2_000_000_000, 2_999_999_999, 999_999_998_000],
  [200_000, 0, 0, 500, 0],
];

/** Refunds of tokens. */
export const tokenRefundVectors: readonly TokenRefundVector[] = refunds.map(
  ([tokenUs, cost, elapsedMs, resetAfterMs, refundUs]) => ({ tokenUs, cost, elapsedMs, resetAfterMs, refundUs }),
);
