import { manualClock, seededRandom } from "@midguard/kernel/testing";
import { describe, expect, it } from "vitest";
import { keyOf, sharedStore } from "../../../test/shared-store.ts";
import { createRateLimiter } from "../../limiter.ts";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { remoteStore } from "./remote-store.ts";

const start = Date.UTC(2026, 10, 29, 12);

/** Environments that sample, and the random numbers that they draw: from a list, then from a seed. */
function fleet({
  every = 10,
  count = 1,
  limits = [quota(100, "day")] as readonly Limit[],
  draws = [] as number[],
  seed = 1,
} = {}) {
  const base = sharedStore();
  const clock = { now: start };
  const seeded = seededRandom(seed);
  const setting = { owner: "myStore", random: () => draws.shift() ?? seeded() };
  const stores = Array.from({ length: count }, () => remoteStore(base, { sample: 1 / every }, setting));
  const hands = stores.map((store) => keyOf(store, limits, clock));
  return { base, clock, stores, hand: (index = 0) => hands[index] as (typeof hands)[0] };
}

describe("sampling", () => {
  it("counts one request in k, as k", async () => {
    const { base, hand } = fleet({ draws: [0.1, 0.099, 0.5] });
    expect(await hand().take()).toMatchObject({ allowed: true, limits: [], remaining: 0 });
    expect(await hand().take()).toMatchObject({ allowed: true, remaining: 90, limits: [{ name: "100-per-day" }] });
    expect((await hand().take()).allowed).toBe(true);
    expect(base.takes).toEqual([10]);
    expect(await hand().remaining()).toEqual([90]);
  });

  it("decides at once about a request that is not counted", () => {
    const { clock, stores } = fleet({ draws: [0.5] });
    const request = { key: "k", cost: 1, now: clock.now, limits: [quota(100, "day")] };
    expect(stores[0]?.takeOrAsk(request)).toMatchObject({ allowed: true });
  });

  it("rejects all requests for a key that one was rejected for, without a call", async () => {
    const { base, clock, hand } = fleet({ draws: [...Array(11).fill(0), 0.5] });
    for (let times = 0; times < 10; times += 1) expect((await hand().take()).allowed).toBe(true);
    expect((await hand().take()).allowed).toBe(false);
    base.calls();
    clock.now += 29_999;
    for (let times = 0; times < 50; times += 1) expect((await hand().take()).allowed).toBe(false);
    expect(base.calls()).toBe(0);
  });

  it("asks for certain when a rejected key may be free again, and admits those that follow", async () => {
    const { base, clock, hand } = fleet({ every: 5, limits: [quota(10, "hour")], draws: [0, 0, 0, 0.9, 0.9] });
    for (let times = 0; times < 3; times += 1) await hand().take();
    clock.now += 30_000;
    expect((await hand().take()).allowed).toBe(false);
    expect(base.takes).toEqual([5, 5, 5, 5]);
    clock.now += 3_570_000;
    expect((await hand().take()).allowed).toBe(true);
    expect(base.takes).toEqual([5, 5, 5, 5, 5]);
    expect(await hand().take()).toMatchObject({ allowed: true, limits: [] });
  });

  it("counts costs so many times, larger ones less often, and those of 0 as they are", async () => {
    const { base, hand } = fleet({ draws: [0, 0.3, 0.26, 0.24, 0, 0] });
    await hand().take(3);
    expect((await hand().take(25)).limits).toEqual([]);
    expect((await hand().take(25)).limits).toEqual([]);
    // Four times 25 is all that the limit holds.
    expect((await hand().take(25)).allowed).toBe(false);
    expect((await hand().take(0)).allowed).toBe(true);
    expect((await hand().take(60)).allowed).toBe(true);
    expect((await hand().take(101)).retryAfterMs).toBe(Infinity);
    expect(base.takes).toEqual([30, 100, 0, 60, 101]);
  });

  it("takes all or nothing", async () => {
    const limits = [quota(100, "day"), quota(20, "month")];
    const { base, clock, hand } = fleet({ limits, draws: Array(9).fill(0) });
    for (let times = 0; times < 5; times += 1) await hand().take();
    expect(await keyOf(base, limits, clock).remaining()).toEqual([80, 0]);
  });

  it("gives back what was counted, and nothing for requests that were not", async () => {
    const { base, hand } = fleet({ draws: [0, 0.5] });
    const [counted, other] = [await hand().take(2), await hand().take(2)];
    await hand().refund(other);
    expect(base.refunds).toEqual([]);
    await hand().refund(counted);
    expect(base.refunds).toEqual([20]);
    expect(base.refunded[0]).toBe(base.decisions[0]);
    expect(await hand().remaining()).toEqual([100]);
  });

  it("refuses limits that are smaller than k", async () => {
    const { hand } = fleet({ limits: [quota(100, "day"), slidingWindow(9, "1s")] });
    const message = 'myStore: sample 1/10 needs limits of at least 10, got "9-per-1s"';
    await expect(hand().take()).rejects.toThrow(new RangeError(message));
    const store = remoteStore(sharedStore(), { sample: 1 / 10 }, { owner: "myStore" });
    expect(() => createRateLimiter({ limits: slidingWindow(9, "1s"), store })).toThrow(message);
    expect(createRateLimiter({ limits: slidingWindow(10, "1s"), store })).toBeTypeOf("object");
  });

  it("limits a limiter, which refunds", async () => {
    const store = remoteStore(sharedStore(), { sample: 0.5 }, { random: () => 0 });
    const limiter = createRateLimiter({ limits: quota(4, "day"), store, clock: manualClock() });
    const decisions = [await limiter.take("k"), await limiter.take("k"), await limiter.take("k")];
    expect(decisions.map(({ allowed }) => allowed)).toEqual([true, true, false]);
    await limiter.refund(decisions[0] as (typeof decisions)[0]);
    expect((await limiter.peek("k"))[0]?.remaining).toBe(2);
  });
});

describe("the error of sampling", () => {
  /** How many of many requests are admitted, spread over environments at random. */
  async function admitted(every: number, limit: number, count: number, seed: number): Promise<number> {
    const { hand } = fleet({ every, count, limits: [quota(limit, "day")], seed });
    const pick = seededRandom(seed + 1_000);
    let sum = 0;
    for (let tries = 0; tries < 2.5 * limit; tries += 1) {
      if ((await hand(Math.floor(pick() * count)).take()).allowed) sum += 1;
    }
    return sum;
  }

  it("has the stated mean and deviation", { timeout: 60_000 }, async () => {
    const [every, limit, count] = [10, 1_000, 5];
    const sums: number[] = [];
    for (let seed = 0; seed < 60; seed += 1) sums.push(await admitted(every, limit, count, seed));
    const mean = sums.reduce((sum, one) => sum + one, 0) / sums.length;
    const deviation = Math.sqrt(sums.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (sums.length - 1));
    const stated = Math.sqrt(limit * (every - 1));
    // Of the mean of 60: its own standard error, three times.
    expect(mean - limit).toBeGreaterThan(-3 * (stated / Math.sqrt(sums.length)));
    expect(mean - limit).toBeLessThan(count * (every - 1) + 3 * (stated / Math.sqrt(sums.length)));
    expect(deviation / stated).toBeGreaterThan(0.7);
    expect(deviation / stated).toBeLessThan(1.3);
  });

  it("does not grow while a sliding window is over its limit for long", { timeout: 60_000 }, async () => {
    const [every, limit, count, windows] = [5, 200, 4, 50];
    const { clock, hand } = fleet({ every, count, limits: [slidingWindow(limit, "1s")], seed: 7 });
    const pick = seededRandom(8);
    let sum = 0;
    for (let ms = 0; ms < windows * 1_000; ms += 1) {
      clock.now += 1;
      if ((await hand(Math.floor(pick() * count)).take()).allowed) sum += 1;
    }
    expect(sum / (windows * limit)).toBeGreaterThan(0.85);
    expect(sum / (windows * limit)).toBeLessThan(1.15);
  });
});
