import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connectionOf } from "@midguard/kernel/stores";
import { hasRedisServer, type RedisServer, startRedisServer } from "@midguard/local-services";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClockedStore, clockedStore } from "../../../fixtures/redis-clock.ts";
import { ask, scriptRuns } from "../../../fixtures/redis-server.ts";
import { createRateLimiter } from "../../limiter.ts";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import { decide } from "../../store/receipt.ts";
import type { RateLimitStore } from "../../store/store.ts";
import { redisStore } from "./index.ts";
import { createScriptStore } from "./script-store.ts";

const { signal } = new AbortController();
const dayMs = 86_400_000;

describe.runIf(hasRedisServer())("redisStore", () => {
  let server: RedisServer;
  let redis: Redis;
  let store: RateLimitStore;
  let clocked: ClockedStore;
  beforeAll(async () => {
    server = await startRedisServer();
    redis = new Redis({ port: server.port, host: "127.0.0.1", maxRetriesPerRequest: 0 });
    store = redisStore({ client: redis });
    clocked = clockedStore(server.port);
  });
  afterAll(async () => {
    redis.disconnect();
    clocked.close();
    await server.stop();
  });

  const take = (key: string, limits: readonly Limit[], cost = 1) =>
    store.take({ key, cost, now: Date.now(), limits }, signal);
  /** Takes at a time of the test. */
  async function takeAt(now: number, key: string, limits: readonly Limit[], cost = 1) {
    await clocked.setTime(now);
    return clocked.store.take({ key, cost, now, limits }, signal);
  }

  test("admits exactly the limit to eight processes at once", async () => {
    const path = fileURLToPath(import.meta.resolve("../../../fixtures/redis-process.ts"));
    const execArgv = ["--conditions", "@midguard/source"];
    const children = Array.from({ length: 8 }, () => fork(path, [String(server.port), "500", "125"], { execArgv }));
    await Promise.all(children.map((child) => once(child, "message")));
    const answers = children.map((child) => once(child, "message"));
    for (const child of children) child.send("go");
    const admitted = (await Promise.all(answers)).map(([count]) => count as number);
    expect(admitted.reduce((sum, count) => sum + count, 0)).toBe(500);
  }, 120_000);

  test("admits two and burns two units of the day, if 50 try in a second with 2 a second and 100 a day", async () => {
    const limits = [slidingWindow(2, "1s"), quota(100, "day")];
    const decisions = await Promise.all(Array.from({ length: 50 }, () => take("burn", limits)));
    const admitted = decisions.filter(({ allowed }) => allowed).length;
    // A second may have turned meanwhile.
    expect([2, 3]).toContain(admitted);
    const [, day] = await store.peek({ key: "burn", now: Date.now(), limits }, signal);
    expect(day?.remaining).toBe(100 - admitted);
  });

  test.each<[string, Limit]>([
    ["30 days", slidingWindow(3, "30d")],
    ["30 days, strict", slidingWindow(3, "30d", { strict: true })],
    ["a year", quota(3, "year")],
    ["12 months", slidingWindow(3, 365 * dayMs)],
    ["a month in Berlin", quota(3, "month", { timeZone: "Europe/Berlin" })],
    ["a bucket of a year", tokenBucket({ capacity: 3, refillPerSecond: 0.000_001 })],
  ])("admits exactly three in %s", async (name, limit) => {
    const decisions = await Promise.all(Array.from({ length: 20 }, () => take(name, [limit])));
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(3);
  });

  test.each([
    ["day", "UTC", "2028-02-29T00:00:00.000Z"],
    ["month", "UTC", "2028-03-01T00:00:00.000Z"],
    ["month", "UTC", "2027-03-01T00:00:00.000Z"],
    ["year", "UTC", "2029-01-01T00:00:00.000Z"],
    ["day", "Europe/Berlin", "2026-03-28T23:00:00.000Z"],
    ["day", "Europe/Berlin", "2026-03-29T22:00:00.000Z"],
    ["day", "America/New_York", "2026-11-01T04:00:00.000Z"],
    ["day", "America/New_York", "2026-11-02T05:00:00.000Z"],
    ["week", "Australia/Lord_Howe", "2026-04-05T13:30:00.000Z"],
  ] as const)("starts a new %s in %s at %s, not a ms before", async (unit, timeZone, turn) => {
    const limits = [quota(2, unit, { timeZone })];
    const end = Date.parse(turn);
    await takeAt(end - 1_000, turn + unit, limits, 2);
    expect(await takeAt(end - 1, turn + unit, limits)).toMatchObject({ allowed: false, retryAfterMs: 1 });
    expect(await takeAt(end, turn + unit, limits)).toMatchObject({ allowed: true, remaining: 1 });
  });

  test("asks once more if the caller's clock is days from the server's, and then knows", async () => {
    const limits = [quota(3, "hour")];
    const skewed = { key: "skewed", cost: 1, limits };
    const before = scriptRuns(server);
    const now = Date.now() - 40 * dayMs;
    expect(await store.take({ ...skewed, now }, signal)).toMatchObject({ allowed: true, remaining: 2 });
    expect(await store.take({ ...skewed, now }, signal)).toMatchObject({ allowed: true, remaining: 1 });
    expect(scriptRuns(server) - before).toBeLessThanOrEqual(4);
    expect(await take("skewed", limits)).toMatchObject({ allowed: true, remaining: 0 });
    expect(await take("skewed", limits)).toMatchObject({ allowed: false });
  });

  test("keeps the counts of other limits: one that is added starts anew, the others go on", async () => {
    const [burst, day] = [slidingWindow(5, "30d"), quota(5, "year")];
    await take("added", [burst], 3);
    const both = await take("added", [day, burst]);
    expect(both.limits.map(({ remaining }) => remaining)).toEqual([4, 1]);
  });

  describe("a refund", () => {
    test("never mints quota: not after the period, not after a reset, not below 0", async () => {
      const limits = [
        quota(5, "day"),
        slidingWindow(5, "1d"),
        tokenBucket({ capacity: 5, refillPerSecond: 5 / 86_400 }),
      ];
      const midnight = Date.UTC(2026, 6, 1);
      const request = { key: "refund", cost: 5, now: midnight - 100, limits };
      const late = await takeAt(midnight - 100, "refund", limits, 5);
      await clocked.setTime(midnight);
      await clocked.store.refund(request, late, midnight, signal);
      const [day] = await clocked.store.peek({ key: "refund", now: midnight, limits }, signal);
      expect(day?.remaining).toBe(5);
      await takeAt(midnight, "refund", limits.slice(0, 1), 5);
      await clocked.store.refund(request, late, midnight, signal);
      expect((await takeAt(midnight, "refund", limits.slice(0, 1))).allowed).toBe(false);
    });

    test("gives nothing back after a reset, though the same was taken again", async () => {
      const limits = [quota(3, "year"), slidingWindow(3, "30d"), slidingWindow(3, "30d", { strict: true })];
      const request = { key: "reset", cost: 3, now: Date.now(), limits };
      const first = await store.take(request, signal);
      await store.reset("reset", signal);
      const second = await store.take(request, signal);
      await store.refund(request, first, Date.now(), signal);
      expect((await store.take(request, signal)).allowed).toBe(false);
      await store.refund(request, second, Date.now(), signal);
      expect(await store.take(request, signal)).toMatchObject({ allowed: true, remaining: 0 });
    });

    test("of a lowered limit gives back what it took, and no more", async () => {
      const [high, low] = [[quota(5, "year")], [quota(2, "year")]];
      const request = { key: "lowered", cost: 2, now: Date.now(), limits: high };
      const taken = await store.take(request, signal);
      await take("lowered", high, 3);
      await store.refund({ ...request, limits: low }, taken, Date.now(), signal);
      expect((await store.peek({ key: "lowered", now: 0, limits: high }, signal))[0]?.remaining).toBe(2);
      expect((await take("lowered", low)).allowed).toBe(false);
    });

    test("happens once through a limiter, also if another store wraps this one", async () => {
      const wrapping: RateLimitStore = { ...store, take: (request, abort) => store.take(request, abort) };
      const limiter = createRateLimiter({ limits: quota(5, "year"), store: wrapping });
      const first = await limiter.take("wrapped", { cost: 2 });
      await limiter.take("wrapped", { cost: 2 });
      await limiter.refund(first);
      await limiter.refund(first);
      expect((await limiter.peek("wrapped"))[0]?.remaining).toBe(3);
    });

    test("gives nothing back for a decision that this store has not made, or that charged nothing", async () => {
      const limits = [quota(5, "year")];
      const request = { key: "foreign", cost: 2, now: Date.now(), limits };
      const taken = await store.take(request, signal);
      const copy = decide({ ...taken, request, store, limits: [...taken.limits] });
      await store.refund(request, copy, Date.now(), signal);
      const nothing = { ...request, cost: 0 };
      await store.refund(nothing, await store.take(nothing, signal), Date.now(), signal);
      expect((await store.peek(request, signal))[0]?.remaining).toBe(3);
    });
  });

  describe("on the server", () => {
    const windows = [slidingWindow(10, "1s"), slidingWindow(1_000, "1d"), slidingWindow(20_000, "30d")];
    const quotas = [slidingWindow(10, "1s"), quota(1_000, "day"), quota(20_000, "month")];

    test("a key takes at most 180 bytes with three windows, and does not grow over a day of calls", async () => {
      let now = Date.UTC(2026, 1, 28, 12);
      let largest = 0;
      // A call every 20 s on average; every limit has been full meanwhile.
      for (let call = 0; call < 4_320; call += 1) {
        now += 5_000 + ((call * 7_919) % 30_000);
        await takeAt(now, "default:203.0.113.77", windows, 4);
        if (call % 40 === 0) largest = Math.max(largest, (await redis.memory("USAGE", "rl:default:203.0.113.77")) ?? 0);
      }
      expect(largest).toBeGreaterThan(50);
      expect(largest).toBeLessThanOrEqual(180);
      for (let call = 0; call < 500; call += 1) await takeAt(now + call * 60_000, "default:203.0.113.78", quotas);
      expect(await redis.memory("USAGE", "rl:default:203.0.113.78")).toBeLessThanOrEqual(180);
    }, 60_000);

    test("a key is gone when nothing of it counts any more", async () => {
      await take("gone", [slidingWindow(3, 200), quota(3, "hour")]);
      expect(await redis.pttl("rl:gone")).toBeGreaterThan(200);
      await take("short", [slidingWindow(3, 200), tokenBucket({ capacity: 1, refillPerSecond: 10 })]);
      expect(await redis.pttl("rl:short")).toBeLessThanOrEqual(400);
      await sleep(450);
      expect(await redis.exists("rl:short")).toBe(0);
      const limits = [tokenBucket({ capacity: 1, refillPerSecond: 0.1 })];
      const request = { key: "refunded", cost: 1, now: Date.now(), limits };
      await store.refund(request, await store.take(request, signal), Date.now(), signal);
      expect(await redis.exists("rl:refunded")).toBe(0);
    });

    test("a decision costs one command, and a rejection writes nothing", async () => {
      const limits = [quota(1, "year")];
      const every = createScriptStore(connectionOf("test", redis));
      const request = { key: "once", cost: 1, now: Date.now(), limits };
      await every.take(request, signal);
      const [runs, sets] = [
        scriptRuns(server),
        Number(/cmdstat_set:calls=(\d+)/.exec(ask(server, "INFO", "commandstats"))?.[1]),
      ];
      for (let call = 0; call < 5; call += 1) await every.take(request, signal);
      expect(scriptRuns(server) - runs).toBe(5);
      expect(ask(server, "INFO", "commandstats")).toContain(`cmdstat_set:calls=${sets},`);
    });

    test("a key that was rejected is rejected without a command", async () => {
      const limits = [quota(1, "year")];
      for (let call = 0; call < 2; call += 1) await take("blocked", limits);
      const runs = scriptRuns(server);
      for (let call = 0; call < 5; call += 1) expect((await take("blocked", limits)).allowed).toBe(false);
      expect(scriptRuns(server)).toBe(runs);
    });

    test("a key of a megabyte is stored under its hash", async () => {
      const limiter = createRateLimiter({ limits: quota(1, "year"), store, onStoreError: "deny" });
      const key = "\u6f22".repeat(350_000);
      expect((await limiter.take(key)).allowed).toBe(true);
      expect(await limiter.take(`${key}.`)).toMatchObject({ allowed: true });
      expect((await limiter.take(key)).violated).toHaveLength(1);
      const names = await redis.keys("rl#*");
      expect(names.length).toBeGreaterThanOrEqual(2);
      expect(Math.max(...names.map((name) => name.length))).toBeLessThan(60);
      await expect(limiter.take("")).rejects.toThrow("take: key must be a non-empty string");
    });
  });

  test("rejects what is not its own with the server's words, and leaves it alone", async () => {
    await redis.set("rl:text", "hello");
    await redis.hset("rl:hash", "field", "1");
    await expect(take("text", [quota(1, "year")])).rejects.toThrow(/script/);
    await expect(take("hash", [quota(1, "year")])).rejects.toThrow("WRONGTYPE");
    expect(await redis.get("rl:text")).toBe("hello");
  });
});
