import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { bucketRefundUs, tokenBucket } from "../../limits/token-bucket.ts";
import { memoryStore } from "../memory/memory-store.ts";
import { isCounted, type Lease, lapse, leasedFindings, returnableUnits, returnUnits, usableUnits } from "./lease.ts";

const noon = Date.UTC(2026, 10, 29, 12);

/** A lease of `cost` units, after `before` units were taken at each of some earlier times. */
function leaseOf(
  limits: readonly Limit[],
  cost: number,
  now = noon,
  before: readonly [at: number, cost: number][] = [],
): Lease {
  const store = memoryStore();
  for (const [at, units] of before) store.takeSync({ key: "k", cost: units, now: at, limits });
  const request = { key: "k", cost, now, limits };
  return { request, decision: store.takeSync(request), units: cost, lapsed: 0, returned: 0 };
}

describe("a lease may be used", () => {
  it("until its quota's period ends", () => {
    const lease = leaseOf([quota(10, "day")], 5);
    expect(usableUnits(lease, noon + 43_199_999)).toBe(Infinity);
    expect(usableUnits(lease, noon + 43_200_000)).toBe(0);
  });

  it("until its sliding window ends, and not into the next one", () => {
    const lease = leaseOf([slidingWindow(10, "10s")], 5, noon + 3_000);
    expect(usableUnits(lease, noon + 9_999)).toBe(Infinity);
    expect(usableUnits(lease, noon + 10_000)).toBe(0);
  });

  it("less long in a sliding window if the use may be of the window before, and never longer", () => {
    const lease = leaseOf([slidingWindow(100, "10s")], 5, noon + 3_000, [[noon - 1_000, 40]]);
    expect(usableUnits(lease, noon + 8_000)).toBe(Infinity);
    expect(usableUnits(lease, noon + 9_999)).toBe(0);
    expect(isCounted(lease, noon + 9_999)).toBe(true);
    expect(isCounted(lease, noon + 10_000)).toBe(false);
  });

  it("never beyond the end of a sliding window, whatever was taken before", () => {
    const past = fc.array(fc.tuple(fc.nat(20_000), fc.integer({ min: 1, max: 30 })), { maxLength: 6 });
    fc.assert(
      fc.property(past, fc.nat(9_999), fc.integer({ min: 1, max: 20 }), (takes, elapsedMs, cost) => {
        const now = noon + elapsedMs;
        const before = takes.map(([ago, units]) => [now - ago, units] as [number, number]).sort(([a], [b]) => a - b);
        const lease = leaseOf([slidingWindow(100, "10s")], cost, now, before);
        if (!lease.decision.allowed) return;
        expect(usableUnits(lease, noon + 10_000)).toBe(0);
      }),
    );
  });

  it("until the part of its strict window ends, though it counts for one window more", () => {
    const lease = leaseOf([slidingWindow(10, "12s", { strict: true })], 5, noon + 300);
    expect(usableUnits(lease, noon + 999)).toBe(Infinity);
    expect(usableUnits(lease, noon + 1_000)).toBe(0);
    expect(isCounted(lease, noon + 12_999)).toBe(true);
    expect(isCounted(lease, noon + 13_000)).toBe(false);
  });

  it("token by token until each begins to come back", () => {
    const lease = leaseOf([tokenBucket({ capacity: 10, refillPerSecond: 10 })], 5);
    expect([0, 99, 199, 399, 400, 500].map((ms) => usableUnits(lease, noon + ms))).toEqual([4, 4, 3, 1, 0, 0]);
    expect(isCounted(lease, noon + 499)).toBe(true);
    expect(isCounted(lease, noon + 500)).toBe(false);
  });

  it("while all its limits let it, and counts while one does", () => {
    const lease = leaseOf([slidingWindow(10, "1s"), quota(10, "day")], 5);
    expect(usableUnits(lease, noon + 1_000)).toBe(0);
    expect(isCounted(lease, noon + 1_000)).toBe(true);
  });

  it("and not again once they have lapsed, though others of the lease were used meanwhile", () => {
    const lease = leaseOf([tokenBucket({ capacity: 10, refillPerSecond: 10 })], 5);
    lapse(lease, noon - 1);
    expect(lease.lapsed).toBe(0);
    lapse(lease, noon + 199);
    expect(lease.lapsed).toBe(2);
    lease.units -= 3;
    lapse(lease, noon + 199);
    expect([lease.units, lease.lapsed, returnableUnits(lease, noon + 199)]).toEqual([2, 2, 0]);
    const window = leaseOf([slidingWindow(10, "1s"), quota(10, "day")], 5);
    expect(returnableUnits(window, noon + 1_000)).toBe(5);
  });

  it("not before it was taken", () => {
    expect(usableUnits(leaseOf([quota(10, "day")], 5), noon - 1)).toBe(0);
  });
});

describe("a request that uses a lease", () => {
  it("is answered with the states of then, and what is still held", () => {
    const limits = [quota(10, "day")];
    const lease = { ...leaseOf(limits, 5), units: 3 };
    const request = { key: "k", cost: 1, now: noon + 1_000, limits };
    const states = [{ name: "10-per-day", limit: 10, remaining: 8, resetAfterMs: 43_199_000 }];
    expect(leasedFindings(lease, request)).toEqual({ request, limits: states, violated: [], retryAfterMs: 0 });
  });

  it("is not answered with times that are past, or more than the limit", () => {
    const limits = [tokenBucket({ capacity: 10, refillPerSecond: 10 })];
    const lease = { ...leaseOf(limits, 5), units: 8 };
    const { limits: states } = leasedFindings(lease, { key: "k", cost: 1, now: noon + 9_000, limits });
    expect(states).toMatchObject([{ remaining: 10, resetAfterMs: 0 }]);
  });
});

describe("units that are given back", () => {
  it("are a part of the take", () => {
    const lease = leaseOf([quota(10, "day")], 5);
    expect(returnUnits(lease, 2, noon)).toEqual({ request: { ...lease.request, cost: 2 }, decision: lease.decision });
    expect(lease.returned).toBe(2);
    expect(returnUnits(lease, 1, noon + 80_000_000).decision).toBe(lease.decision);
  });

  it("are the take itself, if they are all of it", () => {
    const lease = leaseOf([quota(10, "day")], 5);
    expect(returnUnits(lease, 5, noon).request).toBe(lease.request);
  });

  it("go with the store's own decision until a bucket would be full again", () => {
    const lease = leaseOf([quota(10, "day"), tokenBucket({ capacity: 10, refillPerSecond: 10 })], 5);
    expect(returnUnits(lease, 1, noon + 450).decision).toBe(lease.decision);
    expect(returnUnits(lease, 1, noon + 299).decision).toBe(lease.decision);
    const { decision } = returnUnits(lease, 1, noon + 300);
    expect(decision.limits[0]).toBe(lease.decision.limits[0]);
    expect(decision.limits[1]?.resetAfterMs).toBe(300);
  });

  it("fill a bucket in parts no further than at once", () => {
    const bucket = fc.record({
      capacity: fc.integer({ min: 1, max: 60 }),
      tokenUs: fc.integer({ min: 100, max: 2_000_000 }),
    });
    const parts = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(bucket, parts, fc.nat(20_000), ({ capacity, tokenUs }, units, elapsedMs) => {
        const cost = units.reduce((sum, one) => sum + one, 0);
        const limit: Limit = { kind: "token-bucket", name: "b", id: "b", limit: capacity + cost, tokenUs };
        const lease = leaseOf([quota(500, "day"), limit], cost);
        const refundUs = (of: ReturnType<typeof returnUnits>): number =>
          bucketRefundUs({
            tokenUs,
            cost: of.request.cost,
            elapsedMs,
            resetAfterMs: of.decision.limits[1]?.resetAfterMs ?? Number.NaN,
          });
        const atOnce = refundUs(returnUnits({ ...lease }, cost, noon + elapsedMs));
        const inParts = units.map((one) => refundUs(returnUnits(lease, one, noon + elapsedMs)));
        expect(inParts.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(atOnce);
      }),
      { numRuns: 500 },
    );
  });
});
