import { manualClock } from "@midguard/kernel/testing";
import { describe, expect, it } from "vitest";
import { createRateLimiter } from "../../limiter.ts";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import { freshKey } from "../../testing/harness.ts";
import { describeWithTable } from "./testing/local-table.ts";

const { signal } = new AbortController();
const midnight = Date.UTC(2026, 10, 29);

describeWithTable("a refund never mints quota", (table) => {
  /** A limiter on a key of its own. */
  function counting(limits: readonly Limit[], startMs = midnight - 500) {
    const clock = manualClock(startMs);
    const [store, name, key] = [table.newStore(), freshKey().slice(9), "k"];
    const limiter = createRateLimiter({ name, store, limits, clock });
    const admit = async (times: number) => {
      const decisions = [];
      for (let count = 0; count < times; count += 1) decisions.push(await limiter.take(key));
      return decisions.filter(({ allowed }) => allowed);
    };
    const left = async () => (await limiter.peek(key)).map(({ remaining }) => remaining);
    return { clock, store, name, limiter, key, admit, left };
  }

  it.each([
    ["a quota", [quota(5, "day")]],
    ["a sliding window", [slidingWindow(5, "1d")]],
    ["a quota in its zone", [quota(5, "day", { timeZone: "Europe/Berlin" })]],
  ])("across midnight: %s", async (kind, limits) => {
    const start = kind.endsWith("zone") ? midnight - 3_600_500 : midnight - 500;
    const { clock, limiter, admit, left } = counting(limits, start);
    const taken = await admit(9);
    expect(taken).toHaveLength(5);
    await clock.advance(1_000);
    const before = await left();
    for (const decision of taken) await limiter.refund(decision);
    expect(await left()).toEqual(before);
    expect(await admit(9)).toHaveLength(before[0] ?? 0);
  });

  it("across midnight gives back the month, and not the day", async () => {
    const { clock, limiter, admit, left } = counting([quota(5, "day"), quota(9, "month")]);
    const [taken] = await admit(1);
    await clock.advance(1_000);
    await admit(1);
    if (taken !== undefined) await limiter.refund(taken);
    expect(await left()).toEqual([4, 8]);
  });

  it("twice", async () => {
    const { limiter, admit, left } = counting([quota(5, "day")]);
    const [taken] = await admit(3);
    if (taken !== undefined) await Promise.all([limiter.refund(taken), limiter.refund(taken)]);
    expect(await left()).toEqual([3]);
  });

  it.each([
    ["quota", quota(5, "day")],
    ["sliding window", slidingWindow(5, "1d")],
    ["token bucket", tokenBucket({ capacity: 5, refillPerSecond: 0.000_1 })],
  ])("after a reset, whatever was taken since: %s", async (_kind, limit) => {
    const { limiter, key, admit, left } = counting([limit]);
    const taken = await admit(3);
    await limiter.reset(key);
    for (const decision of taken) await limiter.refund(decision);
    expect(await left()).toEqual([5]);
    await admit(4);
    for (const decision of taken) await limiter.refund(decision);
    const others = await admit(0);
    expect(others).toEqual([]);
    expect(await left()).toEqual([1]);
  });

  it.each([
    ["quota", quota(5, "day")],
    ["token bucket", tokenBucket({ capacity: 5, refillPerSecond: 0.000_1 })],
  ])("of a charge from before a reset that is refunded only afterwards: %s", async (_kind, limit) => {
    const { limiter, key, admit, left } = counting([limit]);
    const taken = await admit(2);
    await limiter.reset(key);
    await admit(3);
    for (const decision of taken) await limiter.refund(decision);
    expect(await left()).toEqual([2]);
  });

  it("after a lowered limit", async () => {
    const { clock, limiter, store, name, key, admit } = counting([quota(5, "day")]);
    const [taken] = await admit(5);
    const lowered = createRateLimiter({ name, store, limits: quota(2, "day"), clock });
    if (taken !== undefined) await limiter.refund(taken);
    expect((await lowered.take(key)).allowed).toBe(false);
    expect((await lowered.peek(key))[0]?.remaining).toBe(0);
  });

  it("of tokens that came back by themselves", async () => {
    const { clock, limiter, admit, left } = counting([tokenBucket({ capacity: 5, refillPerSecond: 1 })]);
    const taken = await admit(2);
    await clock.advance(10_000);
    await admit(4);
    for (const decision of taken) await limiter.refund(decision);
    expect(await left()).toEqual([1]);
  });

  describe("of a request that this store did not charge", () => {
    const limits = [quota(5, "day"), tokenBucket({ capacity: 5, refillPerSecond: 0.000_1 })];

    it("gives back what is counted, and never more", async () => {
      const { store } = counting(limits);
      const request = { key: freshKey(), cost: 2, now: midnight, limits };
      const decision = await store.take(request, signal);
      const elsewhere = table.newStore();
      await elsewhere.refund({ ...request }, { ...decision, limits: [] }, midnight, signal);
      await elsewhere.refund({ ...request }, decision, midnight, signal);
      const states = await store.peek(request, signal);
      expect(states.map(({ remaining }) => remaining)).toEqual([5, 5]);
    });
  });
});
