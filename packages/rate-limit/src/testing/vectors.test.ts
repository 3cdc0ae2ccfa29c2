import { describe, expect, it } from "vitest";
import {
  bucketFullAtUs,
  bucketRefundUs,
  bucketUsed,
  bucketWaitMs,
  calendarOf,
  type Decision,
  type Limit,
  memoryStore,
  quota,
  quotaWaitMs,
  slidingUsed,
  slidingWaitMs,
  slidingWindow,
  strictPartAt,
  strictUsed,
  strictWaitMs,
  type TokenBucket,
} from "../index.ts";
import {
  quotaVectors,
  slidingWindowVectors,
  strictWindowVectors,
  tokenBucketVectors,
  tokenRefundVectors,
} from "./index.ts";

interface Take {
  readonly limit: number;
  readonly cost: number;
}

/** How a kind of limit counts: how much is used now, and how long until at most `target` is. */
interface Counts {
  used(): number;
  waitMs(target: number): number;
}

/** The outcome of a take, by the arithmetic alone. `charged` are the counts after something was taken. */
function outcomeOf({ limit, cost }: Take, counts: Counts, charged: (cost: number) => Counts) {
  const allowed = counts.used() + cost <= limit;
  const after = charged(allowed ? cost : 0);
  const retryAfterMs = cost > limit ? Infinity : counts.waitMs(limit - cost);
  return { allowed, remaining: Math.max(0, limit - after.used()), retryAfterMs, resetAfterMs: after.waitMs(0) };
}

describe("the published vectors hold for the exported arithmetic", () => {
  it.each(slidingWindowVectors)("sliding window: %j", (vector) => {
    const { windowMs, previous, current, elapsedMs, limit, cost, ...expected } = vector;
    const counts = (taken: number): Counts => {
      const given = { windowMs, previous, current: current + taken, elapsedMs };
      return { used: () => slidingUsed(given), waitMs: (target) => slidingWaitMs(given, target) };
    };
    expect(outcomeOf({ limit, cost }, counts(0), counts)).toEqual(expected);
  });

  it.each(strictWindowVectors)("strict window: %j", (vector) => {
    const { windowMs, counts: parts, now, limit, cost, ...expected } = vector;
    const newest = strictPartAt(now, windowMs);
    const counts = (taken: number): Counts => {
      const countIn = (part: number) => (parts[part - newest + 12] as number) + (part === newest ? taken : 0);
      const given = { windowMs, newest, countIn };
      return { used: () => strictUsed(given), waitMs: (target) => strictWaitMs(given, now, target) };
    };
    expect(outcomeOf({ limit, cost }, counts(0), counts)).toEqual(expected);
  });

  it.each(quotaVectors)("quota: %j", (vector) => {
    const { unit, timeZone, now, used, limit, cost, ...expected } = vector;
    const leftMs = calendarOf(unit, timeZone).periodAt(Date.parse(now)).end - Date.parse(now);
    const counts = (taken: number): Counts => {
      const given = { used: used + taken, leftMs };
      return { used: () => given.used, waitMs: (target) => quotaWaitMs(given, target) };
    };
    expect(outcomeOf({ limit, cost }, counts(0), counts)).toEqual(expected);
  });

  it.each(tokenBucketVectors)("token bucket: %j", (vector) => {
    const { tokenUs, fullAtUs, now, limit, cost, ...expected } = vector;
    const counts = (taken: number): Counts => {
      const before = { tokenUs, fullAtUs };
      const given = taken > 0 ? { tokenUs, fullAtUs: bucketFullAtUs(before, now, taken) } : before;
      return { used: () => bucketUsed(given, now), waitMs: (target) => bucketWaitMs(given, now, target) };
    };
    expect(outcomeOf({ limit, cost }, counts(0), counts)).toEqual(expected);
  });

  it.each(tokenRefundVectors)("refund of tokens: %j", ({ refundUs, ...taken }) => {
    expect(bucketRefundUs(taken)).toBe(refundUs);
  });
});

/** What was taken before, and when. */
type Past = readonly (readonly [at: number, cost: number])[];

/** Takes from a memory store what was taken before, with room for all of it, and then what the vector takes. */
function decisionOf(limit: Limit, room: Limit, past: Past, { now, cost }: { now: number; cost: number }): Decision {
  const store = memoryStore();
  for (const [at, taken] of past) {
    expect(store.takeSync({ key: "k", cost: taken, now: at, limits: [room] }).allowed).toBe(true);
  }
  return store.takeSync({ key: "k", cost, now, limits: [limit] });
}

describe("the published vectors hold for the memory store", () => {
  const name = "vector";

  it.each(slidingWindowVectors)("sliding window: %j", (vector) => {
    const { windowMs, previous, current, elapsedMs, limit, cost, ...expected } = vector;
    const start = Math.ceil(Date.UTC(2026, 0, 1) / windowMs) * windowMs;
    const past: Past = [
      [start - windowMs, previous],
      [start, current],
    ];
    const most = Math.min(1_000_000_000, Math.floor(2 ** 53 / windowMs));
    const [own, room] = [limit, most].map((number) => slidingWindow(number, windowMs, { name })) as [Limit, Limit];
    expect(decisionOf(own, room, past, { now: start + elapsedMs, cost })).toMatchObject(expected);
  });

  it.each(strictWindowVectors)("strict window: %j", (vector) => {
    const { windowMs, counts, now, limit, cost, ...expected } = vector;
    const oldest = strictPartAt(now, windowMs) - 12;
    const past = counts.map((count, index) => [Math.ceil(((oldest + index) * windowMs) / 12), count] as const);
    const [own, room] = [limit, 1_000].map((number) => slidingWindow(number, windowMs, { name, strict: true }));
    const taken = past.filter(([at]) => at >= 0 && at <= now);
    expect(decisionOf(own as Limit, room as Limit, taken, { now, cost })).toMatchObject(expected);
  });

  it.each(quotaVectors)("quota: %j", (vector) => {
    const { unit, timeZone, used, limit, cost, now: text, ...expected } = vector;
    const now = Date.parse(text);
    const [own, room] = [limit, 1_000].map((number) => quota(number, unit, { name, timeZone })) as [Limit, Limit];
    expect(decisionOf(own, room, [[now, used]], { now, cost })).toMatchObject(expected);
  });

  it.each(tokenBucketVectors)("token bucket: %j", (vector) => {
    const { tokenUs, fullAtUs, now, limit, cost, ...expected } = vector;
    const bucket: TokenBucket = { kind: "token-bucket", name, id: name, limit, tokenUs };
    // Tokens taken at a whole ms from a full bucket: it is full again when all of them have come back.
    const tokens = Array.from({ length: limit + 1 }, (_, count) => count);
    const taken = tokens.find(
      (count) => (fullAtUs - count * tokenUs) % 1_000 === 0 && fullAtUs - count * tokenUs <= now * 1_000,
    );
    const past: Past = fullAtUs === 0 ? [] : [[(fullAtUs - (taken as number) * tokenUs) / 1_000, taken as number]];
    expect(decisionOf(bucket, bucket, past, { now, cost })).toMatchObject(expected);
  });
});
