import { type MidguardEvent, subscribe } from "@midguard/kernel";
import { manualClock } from "@midguard/kernel/testing";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createRateLimiter } from "./limiter.ts";
import { quota } from "./limits/quota.ts";
import { slidingWindow } from "./limits/sliding-window.ts";
import { tokenBucket } from "./limits/token-bucket.ts";
import type { Decision } from "./store/decision.ts";
import type { RateLimitStore } from "./store/store.ts";
import { memoryStore } from "./stores/memory/memory-store.ts";

let events: MidguardEvent[] = [];
let unsubscribe: () => void;
beforeEach(() => {
  events = [];
  unsubscribe = subscribe((event) => events.push(event));
});
afterEach(() => unsubscribe());

/** A store that a user may write: it answers over a promise, and fails or hangs if the test says so. */
function fragileStore(): RateLimitStore & { calls: number; mode: "works" | "fails" | "hangs"; error: Error } {
  const { takeSync: _, ...inner } = memoryStore();
  const store = {
    calls: 0,
    mode: "works" as "works" | "fails" | "hangs",
    error: new Error("store is down"),
    take: (...given: Parameters<RateLimitStore["take"]>) =>
      // Plain data, as a store outside this package makes it.
      ask(async () => ({ ...(await inner.take(...given)) })),
    refund: (...given: Parameters<RateLimitStore["refund"]>) => ask(() => inner.refund(...given)),
    peek: (...given: Parameters<RateLimitStore["peek"]>) => ask(() => inner.peek(...given)),
    reset: (...given: Parameters<RateLimitStore["reset"]>) => ask(() => inner.reset(...given)),
  };
  function ask<T>(call: () => Promise<T>): Promise<T> {
    store.calls += 1;
    if (store.mode === "fails") return Promise.reject(store.error);
    return store.mode === "hangs" ? new Promise(() => {}) : call();
  }
  return store;
}

describe("a rate limiter", () => {
  it("takes until the limit is reached, and returns decisions of one plain shape", async () => {
    const clock = manualClock(Date.UTC(2026, 0, 1));
    const limiter = createRateLimiter({ limits: [slidingWindow(2, "1s"), quota(5, "day")], clock });
    const day = { name: "5-per-day", limit: 5, resetAfterMs: 86_400_000 };
    const second = { name: "2-per-1s", limit: 2 };
    expect(JSON.parse(JSON.stringify(await limiter.take("a")))).toEqual({
      ...{ allowed: true, remaining: 1, resetAfterMs: 1_001, retryAfterMs: 0, violated: [] },
      limits: [
        { ...second, remaining: 1, resetAfterMs: 1_001 },
        { ...day, remaining: 4 },
      ],
    });
    await limiter.take("a");
    const full = { ...second, remaining: 0, resetAfterMs: 1_501 };
    const rejected = await limiter.take("a");
    expect({ ...rejected }).toEqual({
      ...{ allowed: false, remaining: 0, resetAfterMs: 1_501, retryAfterMs: 1_001 },
      violated: [full],
      limits: [full, { ...day, remaining: 3 }],
    });
    expect(Object.keys(rejected)).toEqual(Object.keys(await limiter.take("b")));
  });

  it("counts by the wall clock by default", async () => {
    const wall = vi.spyOn(Date, "now").mockReturnValue(1_000_000.75);
    const limiter = createRateLimiter({ limits: quota(1, "hour") });
    const { resetAfterMs } = await limiter.take("a");
    wall.mockRestore();
    expect(resetAfterMs).toBe(3_600_000 - 1_000_000);
  });

  it("peeks, resets, and keeps names apart in a store that they share", async () => {
    const store = memoryStore();
    const [one, other] = ["one", "other"].map((name) => createRateLimiter({ name, store, limits: quota(5, "year") }));
    await one?.take("a", { cost: 3 });
    await other?.take("a");
    expect([await one?.peek("a"), await other?.peek("a")]).toMatchObject([[{ remaining: 2 }], [{ remaining: 4 }]]);
    await one?.reset("a");
    expect([await one?.peek("a"), await other?.peek("a")]).toMatchObject([[{ remaining: 5 }], [{ remaining: 4 }]]);
  });

  it("publishes rejections, and nothing else", async () => {
    const limiter = createRateLimiter({
      name: "mails",
      limits: quota(1, "hour"),
      clock: manualClock(Date.UTC(2026, 0, 1)),
    });
    await limiter.take("a");
    await limiter.take("a");
    expect(events).toEqual([
      {
        ...{ type: "rate_limit.exceeded", source: "mails", key: "a", violated: ["1-per-hour"] },
        ...{ retryAfterMs: 3_600_000, dryRun: false },
      },
    ]);
    unsubscribe();
    await limiter.take("a");
    expect(events.length).toBe(1);
  });

  it("rejects bad keys and costs, and takes nothing for them", async () => {
    const limiter = createRateLimiter({ limits: quota(5, "year") });
    await expect(limiter.take("")).rejects.toThrow(/key must be a non-empty string, got ""/);
    await expect(limiter.take(undefined as never)).rejects.toThrow(/key must be a non-empty string, got undefined/);
    await expect(limiter.take("a", { cost: -1 })).rejects.toThrow(
      /take: cost must be a whole number of at least 0, got -1/,
    );
    await expect(limiter.take("a", { cost: 0.5 })).rejects.toThrow(
      /cost must be a whole number of at least 0, got 0.5/,
    );
    await expect(limiter.peek(7 as never)).rejects.toThrow(/key must be a non-empty string/);
    await expect(limiter.reset("")).rejects.toThrow(/key must be a non-empty string/);
    expect(await limiter.peek("a")).toMatchObject([{ remaining: 5 }]);
    expect(await limiter.take("a", { cost: 0 })).toMatchObject({ allowed: true, remaining: 5 });
  });

  it.each([
    [{ limits: [] }, /limits must be 1 to 8, got 0/],
    [{ limits: quota(1, "day"), name: "a:b" }, /name must be text of 1 to 64 letters.*got "a:b"/],
    [{ limits: quota(1, "day"), name: "" }, /name must be text of 1 to 64 letters.*got ""/],
    [{ limits: quota(1, "day"), store: { take() {} } }, /store.refund must be a function, got undefined/],
    [{ limits: quota(1, "day"), store: "redis" }, /store must be a store such as memoryStore\(\), got "redis"/],
    [{ limits: quota(1, "day"), clock: { now: Date.now } }, /clock.sleep must be a function/],
    [{ limits: quota(1, "day"), onStoreError: "open" }, /onStoreError must be one of .* got "open"/],
    [{ limits: quota(1, "day"), storeTimeoutMs: Number.NaN }, /storeTimeoutMs must be a number of at least 1, got NaN/],
    [{ limits: quota(1, "day"), key: () => "a" }, /createRateLimiter: unknown option key/],
  ])("refuses bad options: %j", (options, message) => {
    expect(() => createRateLimiter(options as never)).toThrow(message);
  });
});

describe("a strict window", () => {
  it.each([0, 1, 60_000, 800_000, 975_000])("counts right even %i ms after the epoch", async (start) => {
    const clock = manualClock(start);
    const limiter = createRateLimiter({ limits: slidingWindow(3, "15m", { strict: true }), clock });
    for (let times = 0; times < 3; times += 1) expect((await limiter.take("a")).allowed).toBe(true);
    const { allowed, retryAfterMs } = await limiter.take("a");
    expect(allowed).toBe(false);
    expect(retryAfterMs).toBeGreaterThanOrEqual(900_000);
    clock.jump(retryAfterMs - 1);
    expect((await limiter.take("a")).allowed).toBe(false);
    clock.jump(1);
    expect((await limiter.take("a")).allowed).toBe(true);
  });
});

describe("a refund", () => {
  it("gives back once what a decision took, and nothing for a rejection", async () => {
    const limiter = createRateLimiter({
      limits: [quota(3, "year"), tokenBucket({ capacity: 9, refillPerSecond: 0.001 })],
    });
    const taken = await limiter.take("a", { cost: 2 });
    await limiter.take("a", { cost: 1 });
    const rejected = await limiter.take("a");
    await limiter.refund(rejected);
    expect((await limiter.peek("a"))[0]?.remaining).toBe(0);
    await limiter.refund(taken);
    await limiter.refund(taken);
    expect((await limiter.peek("a")).map(({ remaining }) => remaining)).toEqual([2, 8]);
  });

  it("is ignored for a copy of a decision, which has no receipt", async () => {
    const limiter = createRateLimiter({ limits: quota(3, "year") });
    await limiter.refund({ ...(await limiter.take("a")) });
    expect((await limiter.peek("a"))[0]?.remaining).toBe(2);
  });

  it("is dropped when its window is over: quota cannot be carried over midnight", async () => {
    const clock = manualClock(Date.UTC(2026, 0, 1, 23, 59, 59));
    const limiter = createRateLimiter({ limits: quota(5, "day"), clock });
    const decisions: Decision[] = [];
    for (let turn = 0; turn < 5; turn += 1) decisions.push(await limiter.take("a"));
    clock.jump(2_000);
    for (let turn = 0; turn < 4; turn += 1) await limiter.take("a");
    for (const decision of decisions) await limiter.refund(decision);
    expect(await limiter.peek("a")).toMatchObject([{ remaining: 1 }]);
  });

  it("never gives a key more than it would have had without the take", async () => {
    const limit = fc.constantFrom(
      ...[slidingWindow(6, "1s"), slidingWindow(6, "1s", { strict: true }), quota(6, "hour")],
      tokenBucket({ capacity: 6, refillPerSecond: 6 }),
    );
    const step = fc.record({
      pause: fc.integer({ min: 0, max: 700 }),
      cost: fc.integer({ min: 0, max: 4 }),
      refunds: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        limit,
        fc.array(step, { maxLength: 30 }),
        fc.integer({ min: 0, max: 3_000 }),
        async (own, steps, wait) => {
          const clock = manualClock(Date.UTC(2026, 0, 1, 0, 59, 58));
          const refunding = createRateLimiter({ limits: own, clock });
          const without = createRateLimiter({ limits: own, clock });
          const pending: Decision[] = [];
          for (const { pause, cost, refunds } of steps) {
            clock.jump(pause);
            const decision = await refunding.take("a", { cost });
            if (refunds) pending.push(decision);
            else if (decision.allowed) await without.take("a", { cost });
          }
          clock.jump(wait);
          for (const decision of pending) await refunding.refund(decision);
          const [[mine], [other]] = await Promise.all([refunding.peek("a"), without.peek("a")]);
          expect(mine?.remaining).toBeLessThanOrEqual(other?.remaining ?? 0);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("with a store that has to be waited for", () => {
  it("decides, peeks, refunds and resets over it", async () => {
    const store = fragileStore();
    const limiter = createRateLimiter({ limits: quota(2, "year"), store });
    const taken = await limiter.take("a");
    await limiter.take("a");
    expect(await limiter.take("a")).toMatchObject({ allowed: false, remaining: 0 });
    expect(events.map(({ type }) => type)).toEqual(["rate_limit.exceeded"]);
    await limiter.refund(taken);
    expect(await limiter.peek("a")).toMatchObject([{ remaining: 1 }]);
    await limiter.reset("a");
    expect(await limiter.peek("a")).toMatchObject([{ remaining: 2 }]);
  });

  it("passes a decision on if the store has made it with a receipt", async () => {
    const { takeSync: _, ...store } = memoryStore();
    const limiter = createRateLimiter({ limits: quota(2, "year"), store });
    await limiter.refund(await limiter.take("a"));
    expect(await limiter.peek("a")).toMatchObject([{ remaining: 2 }]);
  });

  it.each(["fails", "hangs"] as const)("falls back on this environment's memory when it %s", async (mode) => {
    const clock = manualClock();
    const store = fragileStore();
    const limiter = createRateLimiter({ limits: quota(2, "year"), store, clock });
    store.mode = mode;
    const first = limiter.take("a");
    await clock.advance(1_000);
    const decision = await first;
    expect(decision).toMatchObject({ allowed: true, remaining: 1 });
    expect(await limiter.take("a")).toMatchObject({ allowed: true, remaining: 0 });
    expect(await limiter.take("a")).toMatchObject({ allowed: false });
    await limiter.refund(decision);
    expect(await limiter.take("a")).toMatchObject({ allowed: true, remaining: 0 });
    expect(events[0]).toMatchObject({ type: "rate_limit.store_failed", source: "default", handledBy: "local" });
    expect(events[0]).toMatchObject({ error: mode === "fails" ? store.error : { code: "RATE_LIMIT_STORE_TIMEOUT" } });
  });

  it.each(["allow", "deny"] as const)("lets onStoreError %s decide", async (onStoreError) => {
    const store = fragileStore();
    const limiter = createRateLimiter({ limits: quota(2, "year"), store, onStoreError });
    store.mode = "fails";
    const decision = await limiter.take("a");
    const retryAfterMs = onStoreError === "allow" ? 0 : 1_000;
    expect(decision).toMatchObject({ allowed: onStoreError === "allow", retryAfterMs, violated: [], limits: [] });
    await limiter.refund(decision);
    expect(events.map(({ type }) => type)).toEqual(["rate_limit.store_failed"]);
  });

  it("costs the requests in flight when it dies, then one probe a second", async () => {
    const clock = manualClock();
    const store = fragileStore();
    const limiter = createRateLimiter({ limits: quota(1_000, "year"), store, clock });
    await limiter.take("a");
    store.mode = "hangs";
    store.calls = 0;
    const inFlight = Array.from({ length: 20 }, () => limiter.take("a"));
    await clock.advance(250);
    await Promise.all(inFlight);
    expect(store.calls).toBe(20);
    for (let ms = 0; ms < 10_000; ms += 100) {
      const pending = Array.from({ length: 5 }, () => limiter.take("a"));
      await clock.advance(100);
      // The probe may still wait; all others have been answered.
      void pending;
    }
    await clock.advance(250);
    expect(store.calls).toBeGreaterThanOrEqual(20 + 7);
    expect(store.calls).toBeLessThanOrEqual(20 + 10);
    store.mode = "works";
    await clock.advance(1_000);
    await limiter.take("a");
    store.calls = 0;
    await Promise.all([limiter.take("a"), limiter.take("a"), limiter.take("a")]);
    expect(store.calls).toBe(3);
  });

  it("leaves a take charged if its refund fails, and does not ask a dead store for one", async () => {
    const store = fragileStore();
    const limiter = createRateLimiter({ limits: quota(5, "year"), store });
    const [one, other] = [await limiter.take("a"), await limiter.take("a")];
    store.mode = "fails";
    await limiter.refund(one);
    expect(events).toMatchObject([{ type: "rate_limit.store_failed" }]);
    store.calls = 0;
    await limiter.refund(other);
    expect(store.calls).toBe(0);
    unsubscribe();
  });

  it("rejects a peek and a reset if it fails, after a reset of the local counts", async () => {
    const store = fragileStore();
    const limiter = createRateLimiter({ limits: quota(1, "year"), store });
    store.mode = "fails";
    unsubscribe();
    await limiter.take("a");
    await expect(limiter.peek("a")).rejects.toBe(store.error);
    await expect(limiter.reset("a")).rejects.toBe(store.error);
    expect(await limiter.take("a")).toMatchObject({ allowed: true });
  });

  it.each(["", "at once"])("refunds through the store itself, even if that store asks another: %s", async (mode) => {
    const inner = memoryStore();
    const refund = vi.fn(inner.refund);
    const { takeSync } = inner;
    const store = { ...inner, refund, takeSync: mode === "" ? undefined : takeSync } as RateLimitStore;
    const limiter = createRateLimiter({ limits: quota(2, "year"), store });
    await limiter.refund(await limiter.take("a"));
    expect(refund).toHaveBeenCalledTimes(1);
    expect(await limiter.peek("a")).toMatchObject([{ remaining: 2 }]);
  });

  it.each(["local", "allow", "deny"] as const)(
    "lets onStoreError %s decide if one that need not be waited for fails",
    async (on) => {
      const error = new Error("no memory");
      const takeSync = (): never => {
        throw error;
      };
      const limiter = createRateLimiter({
        limits: quota(2, "year"),
        store: { ...memoryStore(), takeSync },
        onStoreError: on,
      });
      expect((await limiter.take("a")).allowed).toBe(on !== "deny");
      expect(events).toEqual([{ type: "rate_limit.store_failed", source: "default", error, handledBy: on }]);
    },
  );

  it("counts as failed if it decides at once, but over a promise", async () => {
    const takeSync = async (): Promise<never> => {
      throw new Error("no memory");
    };
    const store = { ...memoryStore(), takeSync } as unknown as RateLimitStore;
    const limiter = createRateLimiter({ limits: quota(2, "year"), store, onStoreError: "deny" });
    expect((await limiter.take("a")).allowed).toBe(false);
    const error = new TypeError("takeSync must be synchronous, but it returned a promise");
    expect(events).toEqual([{ type: "rate_limit.store_failed", source: "default", error, handledBy: "deny" }]);
  });

  it.each(["limits", "violated"])("counts as failed if its answer has no %s", async (missing) => {
    const store = fragileStore();
    const { take } = store;
    store.take = async (...given) => ({ ...(await take(...given)), [missing]: undefined });
    const limiter = createRateLimiter({ limits: quota(2, "year"), store });
    expect(await limiter.take("a")).toMatchObject({ allowed: true, remaining: 1 });
    const message = `rateLimit: ${missing} of the store's decision must be an array, got undefined`;
    expect(events).toMatchObject([{ type: "rate_limit.store_failed", error: new TypeError(message) }]);
  });

  it("recognises violated limits by name in an answer that was JSON", async () => {
    const store = fragileStore();
    const { take } = store;
    store.take = async (...given) => JSON.parse(JSON.stringify(await take(...given)));
    const limiter = createRateLimiter({ limits: [quota(1, "year"), quota(5, "day")], store });
    await limiter.take("a");
    const { allowed, limits, violated } = await limiter.take("a");
    expect(allowed).toBe(false);
    expect(violated).toHaveLength(1);
    expect(violated[0]).toBe(limits[0]);
  });

  it("takes a rejection without a wait as a rejection", async () => {
    const store = fragileStore();
    store.take = async () => ({
      allowed: false,
      remaining: 0,
      resetAfterMs: 0,
      retryAfterMs: undefined as unknown as number,
      violated: [],
      limits: [],
    });
    const decision = await createRateLimiter({ limits: quota(1, "year"), store }).take("a");
    expect(decision).toMatchObject({ allowed: false, retryAfterMs: 1 });
  });
});

describe("limits over days in memory", () => {
  async function warnings(
    lambda: string | undefined,
    make: (limiter: typeof createRateLimiter) => unknown,
  ): Promise<string[]> {
    vi.resetModules();
    vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", lambda);
    const emit = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const fresh = await import("./limiter.ts");
    make(fresh.createRateLimiter);
    const told = emit.mock.calls.map(([message]) => String(message));
    emit.mockRestore();
    vi.unstubAllEnvs();
    return told;
  }

  it("warn once inside Lambda", async () => {
    const told = await warnings("users-api", (make) => [
      make({ limits: quota(5, "day") }),
      make({ limits: quota(5, "year") }),
    ]);
    expect(told).toEqual([expect.stringContaining('"5-per-day" is counted in memory')]);
    expect((await warnings("users-api", (make) => make({ limits: slidingWindow(5, "1d") }))).length).toBe(1);
  });

  it("do not warn elsewhere, with another store, or for shorter windows", async () => {
    expect(await warnings(undefined, (make) => make({ limits: quota(5, "day") }))).toEqual([]);
    expect(await warnings("f", (make) => make({ limits: quota(5, "day"), store: fragileStore() }))).toEqual([]);
    const short = [quota(5, "hour"), slidingWindow(5, "23h"), tokenBucket({ capacity: 5, refillPerSecond: 1e-6 })];
    expect(await warnings("f", (make) => make({ limits: short }))).toEqual([]);
  });
});
