import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CalendarUnit, calendarUnits } from "../../limits/calendar.ts";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { bucketRefundUs, tokenBucket } from "../../limits/token-bucket.ts";
import type { Decision } from "../../store/decision.ts";
import { memoryStore } from "./memory-store.ts";

const start = Date.UTC(2026, 10, 29, 23, 59, 50);
const { signal } = new AbortController();

/** What has been admitted: the oracles know nothing else. */
interface Admitted {
  readonly at: number;
  readonly cost: number;
}

function sum(log: readonly Admitted[], counts: (at: number) => boolean): number {
  return log.reduce((total, { at, cost }) => (counts(at) ? total + cost : total), 0);
}

function utcLabel(unit: CalendarUnit, at: number): string {
  const text = new Date(at).toISOString();
  if (unit !== "week") return text.slice(0, { hour: 13, day: 10, month: 7, year: 4 }[unit]);
  const monday = new Date(at);
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
  return monday.toISOString().slice(0, 10);
}

/** Whether there is room for `cost` at `now`, found from the whole log in the most obvious way. */
function hasRoom(limit: Limit, log: readonly Admitted[], now: number, cost: number): boolean {
  if (limit.kind === "quota") {
    const own = utcLabel(limit.unit, now);
    return sum(log, (at) => utcLabel(limit.unit, at) === own) + cost <= limit.limit;
  }
  if (limit.kind === "token-bucket") {
    const full = BigInt(limit.limit) * BigInt(limit.tokenUs);
    let level = full;
    let last = start;
    const refill = (at: number) => {
      level += BigInt(at - last) * 1_000n;
      if (level > full) level = full;
      last = at;
    };
    for (const taken of log) {
      refill(taken.at);
      level -= BigInt(taken.cost) * BigInt(limit.tokenUs);
    }
    refill(now);
    return level >= BigInt(cost) * BigInt(limit.tokenUs);
  }
  const { windowMs } = limit;
  if (limit.strict) {
    const part = (at: number) => (BigInt(at) * 12n) / BigInt(windowMs);
    return sum(log, (at) => part(at) >= part(now) - 12n) + cost <= limit.limit;
  }
  const window = Math.floor(now / windowMs);
  const previous = sum(log, (at) => Math.floor(at / windowMs) === window - 1);
  const current = sum(log, (at) => Math.floor(at / windowMs) === window);
  const share = (BigInt(previous) * BigInt(windowMs - (now % windowMs))) / BigInt(windowMs);
  return current + Number(share) + cost <= limit.limit;
}

// A label modulo 2^32 tells windows of 15 ms apart for over a year, the longest wait here.
const windows = fc.oneof(fc.integer({ min: 15, max: 5_000 }), fc.constantFrom(1_000, 60_000, 997));
const small = fc.integer({ min: 1, max: 12 });
const aSliding = fc
  .tuple(small, windows, fc.boolean())
  .map(([limit, ms, strict]) => slidingWindow(limit, ms, { strict }));
const aQuota = fc.tuple(small, fc.constantFrom(...calendarUnits)).map(([limit, unit]) => quota(limit, unit));
const aBucket = fc
  .tuple(small, fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0.1, max: 20, noNaN: true })))
  .map(([capacity, refillPerSecond]) => tokenBucket({ capacity, refillPerSecond }));
const aLimit: fc.Arbitrary<Limit> = fc.oneof(aSliding, aQuota, aBucket);
const someLimits = fc.uniqueArray(aLimit, { minLength: 1, maxLength: 4, selector: ({ id }) => id });

const pause = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: 3_000 }),
  fc.integer({ min: 0, max: 90_000_000 }),
);
const steps = fc.array(fc.record({ pause, cost: fc.integer({ min: 0, max: 5 }) }), { minLength: 1, maxLength: 60 });
/** Tries in quick succession: what a greedy client does. */
const greedy = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 20, maxLength: 150 });

function key(limits: readonly Limit[]) {
  const store = memoryStore();
  return {
    take: (now: number, cost: number, own = limits): Decision => store.takeSync({ key: "k", cost, now, limits: own }),
    peek: (now: number) => store.peek({ key: "k", now, limits }, signal),
  };
}

describe("every limit", () => {
  it("admits what an oracle with the whole log admits, several limits all or nothing", () => {
    fc.assert(
      fc.property(someLimits, steps, (limits, tries) => {
        const { take } = key(limits);
        const log: Admitted[] = [];
        let now = start;
        for (const { pause: ms, cost } of tries) {
          now += ms;
          const lacking = limits.filter((limit) => !hasRoom(limit, log, now, cost)).map(({ name }) => name);
          const decision = take(now, cost);
          expect(decision.violated.map(({ name }) => name)).toEqual(lacking);
          expect(decision.allowed).toBe(lacking.length === 0);
          if (decision.allowed) log.push({ at: now, cost });
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("reports what remains: that much can be taken, and no more", () => {
    fc.assert(
      fc.property(someLimits, steps, (limits, tries) => {
        const { take } = key(limits);
        let now = start;
        const log: Admitted[] = [];
        for (const { pause: ms, cost } of tries) {
          now += ms;
          const decision = take(now, cost);
          if (decision.allowed) log.push({ at: now, cost });
          for (const [index, { remaining }] of decision.limits.entries()) {
            const limit = limits[index] as Limit;
            expect(hasRoom(limit, log, now, remaining)).toBe(true);
            expect(hasRoom(limit, log, now, remaining + 1)).toBe(false);
          }
          expect(decision.remaining).toBe(Math.min(...decision.limits.map(({ remaining }) => remaining)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("admits the same after retryAfterMs, and not one ms earlier", () => {
    fc.assert(
      fc.property(someLimits, steps, fc.integer({ min: 1, max: 14 }), (limits, tries, cost) => {
        const { take } = key(limits);
        let now = start;
        for (const step of tries) {
          now += step.pause;
          take(now, step.cost);
        }
        const { allowed, retryAfterMs, violated } = take(now, cost);
        if (allowed) {
          expect(retryAfterMs).toBe(0);
        } else if (retryAfterMs === Infinity) {
          expect(violated.some(({ limit }) => cost > limit)).toBe(true);
        } else {
          expect(retryAfterMs).toBeGreaterThan(0);
          expect(take(now + retryAfterMs - 1, cost).allowed).toBe(false);
          expect(take(now + retryAfterMs, cost).allowed).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("holds everything again after resetAfterMs, and not one ms earlier", async () => {
    await fc.assert(
      fc.asyncProperty(aLimit, steps, async (limit, tries) => {
        const { take, peek } = key([limit]);
        let now = start;
        for (const step of tries) {
          now += step.pause;
          take(now, step.cost);
        }
        const [state] = await peek(now);
        const resetAfterMs = state?.resetAfterMs ?? Number.NaN;
        expect(resetAfterMs === 0).toBe(state?.remaining === limit.limit);
        const early = await peek(now + Math.max(0, resetAfterMs - 1));
        expect(early[0]?.remaining === limit.limit).toBe(resetAfterMs === 0);
        expect((await peek(now + resetAfterMs))[0]?.remaining).toBe(limit.limit);
      }),
      { numRuns: 500 },
    );
  });

  it("stays at its limit when the clock is set back, and is not blocked until the old time", () => {
    const back = fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 2_000_000_000 }));
    fc.assert(
      fc.property(aLimit, fc.array(back, { minLength: 1, maxLength: 5 }), (limit, jumps) => {
        const { take } = key([limit]);
        let now = start;
        take(now, limit.limit);
        for (const ms of jumps) {
          now -= ms;
          const decision = take(now, 1);
          expect(decision.allowed).toBe(false);
          const again = take(now + decision.retryAfterMs, 1);
          expect(again.allowed).toBe(true);
          take(now + decision.retryAfterMs, again.remaining);
          now += decision.retryAfterMs;
          if (limit.kind === "sliding-window") expect(decision.retryAfterMs).toBeLessThanOrEqual(3 * limit.windowMs);
          if (limit.kind === "token-bucket") {
            expect(decision.retryAfterMs * 1_000).toBeLessThanOrEqual(limit.limit * limit.tokenUs + 1_000);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("admits more for time that passes, not for a clock that is set back", () => {
    const jump = fc.integer({ min: -100_000, max: 100_000 });
    fc.assert(
      fc.property(aSliding, fc.array(jump, { minLength: 1, maxLength: 40 }), (limit, jumps) => {
        const { take } = key([limit]);
        let now = start;
        let admitted = take(now, limit.limit).allowed ? limit.limit : 0;
        let allowance = limit.limit;
        for (const ms of jumps) {
          now += ms;
          // Time that passes frees at most the limit for each window begun.
          if (ms > 0) allowance += limit.limit * (Math.ceil(ms / limit.windowMs) + 1);
          for (let tries = 0; tries <= limit.limit; tries += 1) if (take(now, 1).allowed) admitted += 1;
        }
        expect(admitted).toBeLessThanOrEqual(allowance);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps the count of a period that has begun when the clock is set back over its start", () => {
    for (const limit of [quota(2, "day"), slidingWindow(2, "1d"), slidingWindow(2, "1d", { strict: true })]) {
      const { take } = key([limit]);
      const midnight = Date.UTC(2026, 10, 30);
      take(midnight, 2);
      expect(take(midnight - 5, 1).allowed).toBe(false);
      expect(take(midnight + 5, 1).allowed).toBe(false);
    }
  });

  it("keeps the time of each take in a strict window when the clock is set back by less than the window", () => {
    const { take } = key([slidingWindow(2, 1_200, { strict: true })]);
    const midnight = Date.UTC(2026, 10, 30);
    take(midnight, 1);
    take(midnight + 600, 1);
    expect(take(midnight + 500, 1)).toMatchObject({ allowed: false, retryAfterMs: 800 });
    expect(take(midnight + 1_299, 1)).toMatchObject({ allowed: false, retryAfterMs: 1 });
    expect(take(midnight + 1_300, 1).allowed).toBe(true);
  });

  it("refunds only those tokens that have not come back by themselves, exact to fractions of a ms", () => {
    const tokens = fc.record({ tokenUs: fc.integer({ min: 100, max: 2_000_000 }), cost: small, ms: fc.nat(20_000) });
    fc.assert(
      fc.property(tokens, fc.nat(9_000_000), ({ tokenUs, cost, ms }, missingUs) => {
        const resetAfterMs = Math.ceil((missingUs + cost * tokenUs) / 1_000);
        const refundUs = bucketRefundUs({ tokenUs, cost, elapsedMs: ms, resetAfterMs });
        // Without the take the bucket would have been full from then on, and what came back since was lost.
        const lostUs = Math.max(0, ms * 1_000 - missingUs);
        expect(refundUs).toBeLessThanOrEqual(Math.max(0, cost * tokenUs - lostUs));
        expect(refundUs).toBeGreaterThanOrEqual(Math.min(cost * tokenUs, cost * tokenUs - lostUs - 1_000));
      }),
      { numRuns: 1_000 },
    );
  });

  it("knows a strict window's oldest part from a newer one, however long its key was unused", () => {
    for (const days of [24, 25, 30, 49, 50, 365]) {
      const { take } = key([slidingWindow(4, 12, { strict: true })]);
      take(start, 4);
      expect(take(start + days * 86_400_000, 4).allowed).toBe(true);
    }
  });

  it("applies a lowered number to what was counted before", () => {
    fc.assert(
      fc.property(small, small, (before, after) => {
        const { take } = key([quota(before, "year")]);
        for (let taken = 0; taken < before; taken += 1) take(start, 1);
        const decision = take(start, 1, [quota(after, "year")]);
        expect(decision.allowed).toBe(before < after);
        expect(decision.remaining).toBe(Math.max(0, after - before - 1));
      }),
    );
  });
});

describe("against a greedy client", () => {
  function admittedAt(limit: Limit, pauses: readonly number[]): Admitted[] {
    const { take } = key([limit]);
    let now = start;
    const log: Admitted[] = [];
    for (const ms of pauses) {
      now += ms;
      if (take(now, 1).allowed) log.push({ at: now, cost: 1 });
    }
    return log;
  }
  const mostWithin = (log: readonly Admitted[], ms: number) =>
    Math.max(0, ...log.map(({ at: end }) => sum(log, (at) => at > end - ms && at <= end)));

  it("a sliding window admits at most twice the limit in any rolling window, a strict one never more than the limit", () => {
    fc.assert(
      fc.property(aSliding, greedy, (limit, pauses) => {
        const most = mostWithin(admittedAt(limit, pauses), limit.windowMs);
        expect(most).toBeLessThanOrEqual(limit.strict ? limit.limit : 2 * limit.limit);
      }),
      { numRuns: 500 },
    );
  });

  it("a strict window still admits nine tenths of its limit in the long run", () => {
    const limit = slidingWindow(120, "1s", { strict: true });
    const log = admittedAt(limit, Array(10_000).fill(4));
    expect(log.length / (40 * 120)).toBeGreaterThan(0.9);
  });

  it("a bucket admits at most its capacity plus the tokens that come back, in any stretch of time", () => {
    fc.assert(
      fc.property(
        fc.tuple(small, fc.double({ min: 0.1, max: 50, noNaN: true })),
        greedy,
        ([capacity, rate], pauses) => {
          const log = admittedAt(tokenBucket({ capacity, refillPerSecond: rate }), pauses);
          for (const [first, { at: from }] of log.entries()) {
            for (const [last, { at: to }] of log.entries()) {
              if (last >= first)
                expect(last - first + 1).toBeLessThanOrEqual(capacity + (rate * (to - from)) / 1_000 + 1e-9);
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
