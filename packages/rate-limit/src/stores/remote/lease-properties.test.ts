import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Admitted, usedOf } from "../../../test/admitted.ts";
import { keyOf, sharedStore } from "../../../test/shared-store.ts";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import { remoteStore } from "./remote-store.ts";

const start = Date.UTC(2026, 10, 29, 23, 59, 50);

const number = fc.integer({ min: 3, max: 60 });
const aWindow = fc
  .tuple(number, fc.constantFrom(120, 997, 1_000, 60_000), fc.boolean())
  .map(([limit, ms, strict]) => slidingWindow(limit, ms, { strict }));
const aQuota = fc.tuple(number, fc.constantFrom("hour", "day", "month")).map(([limit, unit]) => quota(limit, unit));
const aBucket = fc
  .tuple(number, fc.double({ min: 0.1, max: 500, noNaN: true }))
  .map(([capacity, refillPerSecond]) => tokenBucket({ capacity, refillPerSecond }));
const aLimit: fc.Arbitrary<Limit> = fc.oneof(aWindow, aQuota, aBucket);
const someLimits = fc.uniqueArray(aLimit, { minLength: 1, maxLength: 3, selector: ({ id }) => id });

const pause = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 1_500 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 90_000 }) },
);
const step = fc.record({ environment: fc.nat(3), pause, cost: fc.constantFrom(1, 1, 1, 1, 2, 3), refund: fc.nat(9) });
const steps = fc.array(step, { minLength: 20, maxLength: 150 });
const size = fc.integer({ min: 2, max: 12 });

type Taken = Awaited<ReturnType<ReturnType<typeof keyOf>["take"]>>;

/** Four environments that share a store, and the log of what they admitted. */
function fleet(limits: readonly Limit[], options: Parameters<typeof remoteStore>[1]) {
  const base = sharedStore();
  const clock = { now: start };
  const hands = Array.from({ length: 4 }, () => keyOf(remoteStore(base, options), limits, clock));
  const hand = (environment: number) => hands[environment] as ReturnType<typeof keyOf>;
  return { base, clock, hand, direct: keyOf(base, limits, clock) };
}

/** Whether each limit has room for the newest entry of the log, by the log alone. */
function expectRoom(limits: readonly Limit[], log: readonly Admitted[], now: number): void {
  for (const limit of limits) expect([limit.id, usedOf(limit, log, now)]).toSatisfy(([, used]) => used <= limit.limit);
}

describe("leases of several environments", () => {
  it("never admit more than one store alone may, whatever the kinds of limits", async () => {
    await fc.assert(
      fc.asyncProperty(someLimits, size, steps, async (limits, most, tries) => {
        const { clock, hand } = fleet(limits, { lease: { size: most } });
        const log: Admitted[] = [];
        for (const { environment, pause: ms, cost } of tries) {
          clock.now += ms;
          const decision = await hand(environment).take(cost);
          if (!decision.allowed) continue;
          log.push({ at: clock.now, cost });
          expectRoom(limits, log, clock.now);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("do not use the tokens of a bucket twice that came back while they were held", async () => {
    const limits = [tokenBucket({ capacity: 4, refillPerSecond: 1 })];
    const { clock, hand } = fleet(limits, { lease: { size: 4 } });
    const take = async (environment: number): Promise<boolean> => (await hand(environment).take()).allowed;
    // The second call takes ahead: two are used, one is held.
    expect([await take(0), await take(0), await take(0)]).toEqual([true, true, true]);
    clock.now += 2_500;
    // By now 1.5 tokens are missing at most, so the bucket has room for two, and not for what was held beside them.
    const admitted = [await take(0), await take(0), await take(0), await take(1), await take(1), await take(1)];
    expect(admitted.filter(Boolean).length).toBeLessThanOrEqual(3);
  });

  it("never admit more when requests overlap", async () => {
    await fc.assert(
      fc.asyncProperty(someLimits, size, steps, async (limits, most, tries) => {
        const { clock, hand } = fleet(limits, { lease: { size: most } });
        const log: Admitted[] = [];
        for (let at = 0; at < tries.length; at += 10) {
          const some = tries.slice(at, at + 10);
          clock.now += some[0]?.pause ?? 0;
          const decisions = await Promise.all(some.map(({ environment, cost }) => hand(environment).take(cost)));
          const admitted = decisions.filter(({ allowed }) => allowed);
          for (const { request } of admitted) log.push({ at: clock.now, cost: request.cost });
          if (admitted.length > 0) expectRoom(limits, log, clock.now);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("count everything that is admitted in all limits of the store, and hold no more than they say", async () => {
    // Windows and quotas; a bucket loses count of what has come back.
    const counted = fc.uniqueArray(fc.oneof(aWindow, aQuota), { minLength: 1, maxLength: 3, selector: ({ id }) => id });
    await fc.assert(
      fc.asyncProperty(counted, size, steps, async (limits, most, tries) => {
        const { clock, hand, direct } = fleet(limits, { lease: { size: most } });
        const log: Admitted[] = [];
        for (const { environment, pause: ms, cost } of tries) {
          clock.now += ms;
          const decision = await hand(environment).take(cost);
          if (decision.allowed) log.push({ at: clock.now, cost });
          const states = await direct.peek();
          for (const [index, limit] of limits.entries()) {
            const stored = limit.limit - (states[index]?.remaining ?? 0);
            const unused = stored - usedOf(limit, log, clock.now);
            expect(unused).toBeGreaterThanOrEqual(0);
            // What the last window of a sliding one was left with is still fading.
            const windows = limit.kind === "sliding-window" && !limit.strict ? 2 : 1;
            expect(unused).toBeLessThanOrEqual(windows * 4 * (most - 1) * 3);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("hold at most maxUnderuse of the smallest limit", async () => {
    const loss = fc.record({
      maxUnderuse: fc.double({ min: 0.05, max: 1, noNaN: true }),
      environments: fc.constant(4),
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 20, max: 400 }), loss, steps, async (limit, lease, tries) => {
        const limits = [quota(limit, "year")];
        const { clock, hand, direct } = fleet(limits, { lease });
        let admitted = 0;
        for (const { environment, pause: ms, cost } of tries) {
          clock.now += ms;
          if ((await hand(environment).take(cost)).allowed) admitted += cost;
          const [state] = await direct.peek();
          expect(limit - (state?.remaining ?? 0) - admitted).toBeLessThanOrEqual(lease.maxUnderuse * limit);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("never mint by a refund: what is admitted and not refunded stays within every limit", async () => {
    const lasting = fc.uniqueArray(fc.oneof(aWindow, aQuota), { minLength: 1, maxLength: 3, selector: ({ id }) => id });
    await fc.assert(
      fc.asyncProperty(lasting, size, steps, async (limits, most, tries) => {
        const { clock, hand } = fleet(limits, { lease: { size: most } });
        let log: (Admitted & { readonly taken: Taken; readonly environment: number })[] = [];
        for (const { environment, pause: ms, cost, refund } of tries) {
          clock.now += ms;
          const [first] = log;
          if (refund === 0 && first !== undefined) {
            await hand(first.environment).refund(first.taken);
            log = log.slice(1);
          }
          const taken = await hand(environment).take(cost);
          if (!taken.allowed) continue;
          log.push({ at: clock.now, cost, taken, environment });
          expectRoom(limits, log, clock.now);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("take all or nothing: every limit of a list has counted the same", async () => {
    await fc.assert(
      fc.asyncProperty(size, steps, async (most, tries) => {
        const limits = [quota(40, "year"), quota(25, "year", { name: "less" }), quota(60, "month", { name: "more" })];
        const { clock, hand, direct } = fleet(limits, { lease: { size: most } });
        for (const { environment, cost } of tries) {
          clock.now += 1;
          await hand(environment).take(cost);
          const used = (await direct.peek()).map(({ limit, remaining }) => limit - remaining);
          expect(new Set(used).size).toBe(1);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("make no call while a key is known to be over its limit", async () => {
    await fc.assert(
      fc.asyncProperty(someLimits, size, steps, async (limits, most, tries) => {
        const { base, clock, hand } = fleet(limits, { lease: { size: most } });
        const blocks = new Map<number, { readonly until: number; readonly cost: number }>();
        for (const { environment, pause: ms, cost } of tries) {
          clock.now += ms;
          base.calls();
          const { allowed, retryAfterMs } = await hand(environment).take(cost);
          const calls = base.calls();
          const block = blocks.get(environment);
          const isKnown = block !== undefined && block.cost <= cost && clock.now < block.until;
          if (isKnown) expect([allowed, calls]).toEqual([false, 0]);
          if (!allowed && calls > 0) {
            blocks.set(environment, { until: clock.now + Math.min(30_000, retryAfterMs), cost });
          } else if (calls > 0) blocks.delete(environment);
        }
      }),
      { numRuns: 300 },
    );
  });
});
