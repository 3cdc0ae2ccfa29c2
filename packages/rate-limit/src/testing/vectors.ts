import type { CalendarUnit } from "../limits/calendar.ts";

/** One take of `cost` from one limit, and what every store must decide about it. */
interface Take {
  readonly limit: number;
  readonly cost: number;
  readonly allowed: boolean;
  /** What is left after the take. */
  readonly remaining: number;
  /** Milliseconds until `cost` has room; 0 if it is allowed, `Infinity` if it never has. */
  readonly retryAfterMs: number;
  /** Milliseconds until everything may be taken again, after the take. */
  readonly resetAfterMs: number;
}

/** A take from a sliding window. */
export interface SlidingWindowVector extends Take {
  readonly windowMs: number;
  /** Counts before the take: of the window before this one, and of this one. */
  readonly previous: number;
  readonly current: number;
  /** Time since this window's start. */
  readonly elapsedMs: number;
}

/** A take from a strict window. */
export interface StrictWindowVector extends Take {
  readonly windowMs: number;
  /** Counts before the take of the 13 parts, the oldest first; `now` lies in the last. */
  readonly counts: readonly number[];
  /** Epoch ms: the part that it lies in is `floor(now * 12 / windowMs)`. */
  readonly now: number;
}

/** A take from a quota. */
export interface QuotaVector extends Take {
  readonly unit: CalendarUnit;
  readonly timeZone: string;
  /** The time, as ISO 8601 in UTC. */
  readonly now: string;
  /** Count before the take. */
  readonly used: number;
}

/** A take from a token bucket; `limit` is its capacity. */
export interface TokenBucketVector extends Take {
  readonly tokenUs: number;
  /** When the bucket was full again before the take, in epoch microseconds; in the past if it is full. */
  readonly fullAtUs: number;
  /** Epoch ms. */
  readonly now: number;
}

/** The last columns of every table. */
type Outcome = [limit: number, cost: number, allowed: boolean, remaining: number, retryMs: number, resetMs: number];

function takeOf([limit, cost, allowed, remaining, retryAfterMs, resetAfterMs]: Outcome): Take {
  return { limit, cost, allowed, remaining, retryAfterMs, resetAfterMs };
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
];

/** windowMs, counts, now; limit, cost; allowed, remaining, retryAfterMs, resetAfterMs */
const strict: readonly [windowMs: number, counts: number[], now: number, ...Outcome][] = [
  [1_200, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1_767_225_600_000, 3, 1, true, 2, 0, 1_300],
  [1_200, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3], 1_767_225_600_000, 3, 1, false, 0, 1_300, 1_300],
  [1_200, [3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1_767_225_600_000, 3, 1, false, 0, 100, 100],
  [1_200, [3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1_767_225_600_099, 3, 1, false, 0, 1, 1],
  [1_200, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1], 1_767_225_600_050, 3, 1, false, 0, 50, 1_250],
  [1_200, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1], 1_767_225_600_050, 3, 2, false, 0, 550, 1_250],
  [1_200, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1], 1_767_225_600_050, 3, 3, false, 0, 1_250, 1_250],
  [1_200, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1], 1_767_225_600_050, 3, 4, false, 0, Infinity, 1_250],
  [1_000, [0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0], 1_767_225_600_041, 5, 2, false, 1, 293, 626],
  [1_000, [0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0], 1_767_225_600_041, 5, 1, true, 0, 0, 1_043],
  [997, [0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0], 1_767_225_600_013, 7, 1, false, 0, 131, 962],
  [997, [0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0], 1_767_225_600_013, 7, 5, false, 0, 214, 962],
  [12, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 1_767_225_600_005, 13, 1, false, 0, 1, 13],
  [12, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 1_767_225_600_005, 14, 1, true, 0, 0, 13],
  [900_000, [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 1_767_225_723_456, 5, 3, false, 2, 26_544, 926_544],
  [900_000, [0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0], 1_767_226_499_999, 5, 1, false, 0, 450_001, 450_001],
  [1_200, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5], 1_767_225_600_000, 3, 0, false, 0, 1_300, 1_300],
  [1_200, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], 1_767_225_600_000, 3, 0, true, 1, 0, 1_300],
  [1_200, [0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0], 1_250, 4, 1, false, 0, 850, 850],
];

/** unit, timeZone, now, used; limit, cost; allowed, remaining, retryAfterMs, resetAfterMs */
const quotas: readonly [unit: CalendarUnit, timeZone: string, now: string, used: number, ...Outcome][] = [
  ["hour", "UTC", "2026-01-01T00:00:00.000Z", 0, 5, 1, true, 4, 0, 3_600_000],
  ["hour", "UTC", "2026-01-01T00:59:59.999Z", 5, 5, 1, false, 0, 1, 1],
  ["day", "UTC", "2026-01-01T12:00:00.000Z", 4, 5, 1, true, 0, 0, 43_200_000],
  ["day", "UTC", "2026-01-01T12:00:00.000Z", 5, 5, 1, false, 0, 43_200_000, 43_200_000],
  ["day", "UTC", "2026-01-01T12:00:00.000Z", 3, 5, 3, false, 2, 43_200_000, 43_200_000],
  ["day", "UTC", "2026-01-01T12:00:00.000Z", 0, 5, 6, false, 5, Infinity, 0],
  ["week", "UTC", "2026-01-01T00:00:00.000Z", 1, 1, 1, false, 0, 345_600_000, 345_600_000],
  ["month", "UTC", "2028-02-29T23:00:00.000Z", 10, 10, 1, false, 0, 3_600_000, 3_600_000],
  ["year", "UTC", "2026-06-30T23:59:59.000Z", 7, 10, 3, true, 0, 0, 15_897_601_000],
  ["day", "Europe/Berlin", "2026-03-28T23:30:00.000Z", 5, 5, 1, false, 0, 81_000_000, 81_000_000],
  ["day", "Europe/Berlin", "2026-10-24T22:00:00.000Z", 5, 5, 1, false, 0, 90_000_000, 90_000_000],
  ["hour", "Asia/Kathmandu", "2026-01-01T00:00:00.000Z", 5, 5, 1, false, 0, 900_000, 900_000],
  ["month", "America/New_York", "2026-03-01T05:00:00.000Z", 5, 5, 2, false, 0, 2_674_800_000, 2_674_800_000],
  ["week", "Australia/Lord_Howe", "2026-04-01T00:00:00.000Z", 2, 2, 1, false, 0, 394_200_000, 394_200_000],
  ["year", "Pacific/Kiritimati", "2026-01-01T00:00:00.000Z", 0, 3, 2, true, 1, 0, 31_485_600_000],
  ["day", "UTC", "2026-01-01T00:00:00.000Z", 9, 5, 1, false, 0, 86_400_000, 86_400_000],
  ["day", "UTC", "2026-01-01T00:00:00.000Z", 9, 5, 0, false, 0, 86_400_000, 86_400_000],
  ["day", "UTC", "2026-01-01T00:00:00.000Z", 5, 5, 0, true, 0, 0, 86_400_000],
];

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
];

/** Takes from sliding windows. */
export const slidingWindowVectors: readonly SlidingWindowVector[] = sliding.map(
  ([windowMs, previous, current, elapsedMs, ...outcome]) => ({
    ...{ windowMs, previous, current, elapsedMs },
    ...takeOf(outcome),
  }),
);

/** Takes from strict windows. */
export const strictWindowVectors: readonly StrictWindowVector[] = strict.map(([windowMs, counts, now, ...outcome]) => ({
  ...{ windowMs, counts, now },
  ...takeOf(outcome),
}));

/** Takes from quotas. */
export const quotaVectors: readonly QuotaVector[] = quotas.map(([unit, timeZone, now, used, ...outcome]) => ({
  ...{ unit, timeZone, now, used },
  ...takeOf(outcome),
}));

/** Takes from token buckets. */
export const tokenBucketVectors: readonly TokenBucketVector[] = buckets.map(([tokenUs, fullAtUs, now, ...outcome]) => ({
  ...{ tokenUs, fullAtUs, now },
  ...takeOf(outcome),
}));
