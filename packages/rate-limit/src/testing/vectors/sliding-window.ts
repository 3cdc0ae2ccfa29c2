import { type Outcome, type Take, takeOf } from "./take.ts";

/** A take from a sliding window. */
export interface SlidingWindowVector extends Take {
  readonly windowMs: number;
  /** Counts before the take: of the window before this one, and of this one. */
  readonly previous: number;
  readonly current: number;
  /** Time since this window's start. */
  readonly elapsedMs: number;
}

// All results were computed by searching for the first ms with room, not by the formulas that they test.

/** windowMs, previous, current, elapsedMs; limit, cost; allowed, remaining, retryAfterMs, resetAfterMs */
const sliding: readonly [windowMs: number, previous: number, current: number, elapsedMs: number, ...Outcome][] = [
  [1_000, 0, 0, 0, 10, 1, true, 9, 0, 1_001],
  [1_000, 0, 9, 999, 10, 1, true, 0, 0, 902],
  [1_000, 0, 10, 999, 10, 1, false, 0, 2, 902],
  [1_000, 10, 0, 0, 10, 1, false, 0, 1, 901],
  [1_000, 10, 0, 1, 10, 1, true, 0, 0, 1_000],
  [1_000, 10, 0, 500, 10, 5, true, 0, 0, 1_301],
  [1_000, 10, 0, 500, 10, 6, false, 5, 1, 401],
  [1_000, 10, 5, 500, 10, 1, false, 0, 1, 1_301],
  [1_000, 10, 4, 501, 10, 2, true, 0, 0, 1_333],
  [1_000, 3, 0, 999, 3, 3, true, 0, 0, 668],
  [1_000, 3, 0, 666, 3, 2, true, 0, 0, 835],
  [1_000, 3, 0, 667, 3, 2, true, 1, 0, 834],
  [997, 7, 2, 450, 8, 3, true, 0, 0, 1_345],
  [12, 5, 0, 7, 5, 4, false, 3, 1, 3],
  [60_000, 100, 37, 12_345, 100, 1, false, 0, 9_856, 106_034],
  [60_000, 100, 100, 0, 100, 1, false, 0, 60_001, 119_401],
  [60_000, 100, 100, 59_999, 100, 50, false, 0, 29_402, 59_402],
  [3_600_000, 1_000, 1, 3_599_999, 1_000, 999, true, 0, 0, 3_596_402],
  [1_000, 20, 0, 250, 10, 1, false, 0, 251, 701],
  [1_000, 20, 20, 250, 10, 0, false, 0, 1_201, 1_701],
  [1_000, 0, 0, 0, 10, 10, true, 0, 0, 1_901],
  [1_000, 0, 0, 0, 10, 11, false, 10, Infinity, 0],
  [1_000, 5, 0, 500, 10, 0, true, 8, 0, 301],
  [31_622_400_000, 284_000, 0, 1, 284_000, 1, true, 0, 0, 31_622_400_000],
  [31_622_400_000, 284_000, 0, 1, 284_000, 2, false, 1, 111_346, 31_622_288_653],
  [1, 1, 0, 0, 1, 1, false, 0, 1, 1],
  [1, 0, 1, 0, 1, 1, false, 0, 2, 2],
  [9_007_199, 1_000_000, 0, 4_503_599, 1_000_000, 999_501, false, 500_000, 4_499_097, 4_503_591],
  [1_000, 10, 0, 999, 10, 10, true, 0, 0, 902],
  [1_000, 10, 0, 900, 10, 9, true, 0, 0, 989],
  [1_000, 10, 0, 901, 10, 9, true, 1, 0, 988],
  [1_000, 10, 0, 900, 10, 10, false, 9, 1, 1],
  [60_000, 100, 0, 59_999, 100, 100, true, 0, 0, 59_402],
  [60_000, 100, 0, 59_400, 100, 99, true, 0, 0, 59_994],
  [60_000, 100, 0, 59_400, 100, 100, false, 99, 1, 1],
  [86_400_000, 7, 3, 43_200_000, 10, 4, true, 0, 0, 117_257_143],
  [86_400_000, 7, 3, 43_200_000, 10, 5, false, 4, 6_171_429, 100_800_001],
  [2_592_000_000, 3, 0, 864_000_001, 3, 1, true, 1, 0, 1_728_000_000],
  [2_592_000_000, 3, 0, 864_000_000, 3, 1, true, 0, 0, 1_728_000_001],
  [3, 7, 1, 2, 7, 4, true, 0, 0, 4],
  [3, 7, 1, 2, 7, 5, false, 4, 1, 2],
  [7, 1, 0, 6, 1, 1, true, 0, 0, 2],
  [7, 1, 0, 0, 1, 1, false, 0, 1, 1],
  [1_000, 0, 12, 400, 10, 1, false, 0, 767, 1_517],
];

/** Takes from sliding windows. */
export const slidingWindowVectors: readonly SlidingWindowVector[] = sliding.map(
  ([windowMs, previous, current, elapsedMs, ...outcome]) => ({
    ...{ windowMs, previous, current, elapsedMs },
    ...takeOf(outcome),
  }),
);
