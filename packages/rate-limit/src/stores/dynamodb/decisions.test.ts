import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calendarUnits } from "../../limits/calendar.ts";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import type { Decision } from "../../store/decision.ts";
import type { RateLimitStore, StoreRequest } from "../../store/store.ts";
import { freshKey } from "../../testing/harness.ts";
import { describeWithTable } from "./testing/local-table.ts";
import { type Admitted, checkDecision, usedAt } from "./testing/oracle.ts";

const { signal } = new AbortController();
const zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"];
/** Before a month's end, a leap day, the ends of summer time, a year's end. */
const starts = ["2026-11-30T23:59:50Z", "2028-02-28T23:00:00Z", "2026-03-28T23:30:00Z", "2026-10-25T00:10:00Z"];

const windows = fc.oneof(fc.integer({ min: 12, max: 5_000 }), fc.constantFrom(1_000, 60_000, 997));
const numbers = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 20, max: 200 }));
const aSliding = fc.tuple(numbers, windows).map(([limit, ms]) => slidingWindow(limit, ms));
const aQuota = fc
  .tuple(numbers, fc.constantFrom(...calendarUnits), fc.constantFrom(...zones))
  .map(([limit, unit, timeZone]) => quota(limit, unit, { timeZone }));
const aBucket = fc
  .tuple(numbers, fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0.1, max: 20, noNaN: true })))
  .map(([capacity, refillPerSecond]) => tokenBucket({ capacity, refillPerSecond }));
const lists = (one: fc.Arbitrary<Limit>, maxLength: number) =>
  fc.uniqueArray(one, { minLength: 1, maxLength, selector: ({ id }) => id });
const pause = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: 3_000 }),
  fc.integer({ min: 0, max: 90_000_000 }),
);
const costs = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 220 }));
const moments = fc.record({ pause, cost: costs, environment: fc.nat(2) });
const start = fc.constantFrom(...starts.map((text) => Date.parse(text)));

/** How far the clocks of the environments are apart. */
const skews = fc.constantFrom(0, 25, 2_000, 5_000);

describeWithTable("dynamoDbStore", (table) => {
  /** Three environments, whose clocks are up to `skew` apart. */
  function fleet(skew: number) {
    const stores = [table.newStore(), table.newStore(), table.newStore()] as const;
    return (index: number) => ({ store: stores[index] ?? stores[0], ahead: Math.round((skew * index) / 2) });
  }

  describe("decides as an oracle with the whole log, in any environment, and loses no count if clocks differ", () => {
    it("any limits: allowed, violated, remaining, resetAfterMs and retryAfterMs", { timeout: 120_000 }, async () => {
      const tries = fc.array(moments, { minLength: 1, maxLength: 30 });
      const some = lists(fc.oneof(aSliding, aQuota, aBucket), 4);
      await fc.assert(
        fc.asyncProperty(start, skews, some, tries, async (begin, skew, limits, steps) => {
          const [key, environment, log] = [freshKey(), fleet(skew), [] as Admitted[]];
          let time = begin;
          for (const step of steps) {
            time += step.pause;
            const { store, ahead } = environment(step.environment);
            const request = { key, cost: step.cost, now: time + ahead, limits };
            const decision = await store.take(request, signal);
            checkDecision(request, log, decision);
            if (decision.allowed) log.push({ at: request.now, cost: step.cost });
          }
        }),
        { numRuns: 40 },
      );
    });

    it("windows and quotas, with refunds and resets", { timeout: 120_000 }, async () => {
      const action = fc.oneof({ weight: 5, arbitrary: fc.constant("take") }, fc.constantFrom("refund", "reset"));
      const tries = fc.array(fc.record({ step: moments, action, which: fc.nat(9) }), { minLength: 1, maxLength: 30 });
      const some = lists(fc.oneof(aSliding, aQuota), 3);
      await fc.assert(
        fc.asyncProperty(start, some, tries, async (now, limits, steps) => {
          await runWithRefunds(now, limits, steps);
        }),
        { numRuns: 40 },
      );
    });
  });

  interface Step {
    readonly step: { readonly pause: number; readonly cost: number; readonly environment: number };
    readonly action: string;
    readonly which: number;
  }

  async function runWithRefunds(begin: number, limits: readonly Limit[], steps: readonly Step[]): Promise<void> {
    const [key, environment] = [freshKey(), fleet(0)];
    const taken: { store: RateLimitStore; request: StoreRequest; decision: Decision; entry: Admitted }[] = [];
    let log: Admitted[] = [];
    let now = begin;
    for (const { step, action, which } of steps) {
      now += step.pause;
      const { store } = environment(step.environment);
      if (action === "reset") {
        await store.reset(key, signal);
        log = [];
      } else if (action === "refund") {
        const [given] = taken.splice(which % Math.max(1, taken.length), 1);
        if (given === undefined) continue;
        await given.store.refund(given.request, given.decision, now, signal);
        given.entry.refundedAt = now;
      } else {
        const request = { key, cost: step.cost, now, limits };
        const decision = await store.take(request, signal);
        checkDecision(request, log, decision);
        if (!decision.allowed) continue;
        const entry = { at: now, cost: step.cost };
        log.push(entry);
        taken.push({ store, request, decision, entry });
      }
    }
    const states = await environment(0).store.peek({ key, now, limits }, signal);
    const left = limits.map((limit) => Math.max(0, limit.limit - usedAt(limit, log, now)));
    expect(states.map(({ remaining }) => remaining)).toEqual(left);
  }

  it.each([1, 2, 3, 4, 5])("loses no count of a clock that is %i s behind others", async (seconds) => {
    const [key, slow, fast] = [freshKey(), table.newStore(), table.newStore()];
    const limits = [slidingWindow(3, "1s"), slidingWindow(9, "2s", { name: "long" })];
    const begin = Date.UTC(2026, 10, 28);
    const admitted = [0, 0];
    for (let step = 0; step < 8; step += 1) {
      for (const [index, store] of [slow, fast].entries()) {
        const now = begin + step * 100 + index * seconds * 1_000;
        const { allowed } = await store.take({ key, cost: 1, now, limits }, signal);
        if (allowed) admitted[index] = (admitted[index] ?? 0) + 1;
      }
    }
    expect(admitted).toEqual([3, 3]);
  });

  describe("keeps the bound of each limit with clocks 25 ms apart", () => {
    const pauses = fc.array(fc.record({ pause: fc.integer({ min: 0, max: 60 }), environment: fc.nat(2) }), {
      minLength: 20,
      maxLength: 60,
    });
    const skew = 25;

    /** When one key was let in, by a true clock. */
    async function admittedBy(limit: Limit, steps: readonly { pause: number; environment: number }[], begin: number) {
      const [key, environment, admitted] = [freshKey(), fleet(skew), [] as number[]];
      let time = begin;
      for (const step of steps) {
        time += step.pause;
        const { store, ahead } = environment(step.environment);
        const { allowed } = await store.take({ key, cost: 1, now: time + ahead, limits: [limit] }, signal);
        if (allowed) admitted.push(time);
      }
      return admitted;
    }

    it("a sliding window: limit x (2 + skew / window) in any rolling window", { timeout: 120_000 }, async () => {
      const aWindow = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 100, max: 1_000 }));
      await fc.assert(
        fc.asyncProperty(aWindow, pauses, async ([limit, windowMs], steps) => {
          const admitted = await admittedBy(slidingWindow(limit, windowMs), steps, Date.UTC(2026, 10, 28));
          for (const end of admitted) {
            const within = admitted.filter((at) => at > end - windowMs && at <= end).length;
            expect(within).toBeLessThanOrEqual(limit * (2 + skew / windowMs));
          }
        }),
        { numRuns: 15 },
      );
    });

    it("a token bucket: capacity + rate x (t + skew)", { timeout: 120_000 }, async () => {
      const aBucket = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.double({ min: 0.5, max: 50, noNaN: true }));
      await fc.assert(
        fc.asyncProperty(aBucket, pauses, async ([capacity, refillPerSecond], steps) => {
          const limit = tokenBucket({ capacity, refillPerSecond });
          const admitted = await admittedBy(limit, steps, Date.UTC(2026, 10, 28));
          for (const [first, from] of admitted.entries()) {
            for (const [last, to] of admitted.entries()) {
              const most = capacity + (refillPerSecond * (to - from + skew)) / 1_000 + 1e-9;
              if (last >= first) expect(last - first + 1).toBeLessThanOrEqual(most);
            }
          }
        }),
        { numRuns: 15 },
      );
    });

    it("a quota: the limit in each period, and what was left of the one before within the skew", async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 12 }), pauses, async (limit, steps) => {
          const midnight = Date.UTC(2026, 10, 29);
          const admitted = await admittedBy(quota(limit, "day"), steps, midnight - 500);
          expect(admitted.filter((at) => at < midnight - skew).length).toBeLessThanOrEqual(limit);
          expect(admitted.filter((at) => at >= midnight).length).toBeLessThanOrEqual(limit);
          expect(admitted.length).toBeLessThanOrEqual(2 * limit);
        }),
        { numRuns: 15 },
      );
    });
  });
});
