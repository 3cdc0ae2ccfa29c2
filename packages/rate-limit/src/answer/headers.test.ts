import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Limit } from "../limits/limit.ts";
import { quota } from "../limits/quota.ts";
import { slidingWindow } from "../limits/sliding-window.ts";
import { tokenBucket } from "../limits/token-bucket.ts";
import type { Decision, LimitState } from "../store/decision.ts";
import { memoryStore } from "../stores/memory/memory-store.ts";
import { RateLimitError } from "./errors.ts";
import { headersOf } from "./headers.ts";

const now = Date.UTC(2026, 0, 1);

function decisions(limits: readonly Limit[], costs: readonly number[], at = now): Decision[] {
  const store = memoryStore();
  return costs.map((cost) => store.takeSync({ key: "k", cost, now: at, limits }));
}

function last(limits: readonly Limit[], ...costs: number[]): Decision {
  return decisions(limits, costs).at(-1) as Decision;
}

describe("headers", () => {
  it("report policies and what is left, as the draft writes them", () => {
    const limits = [slidingWindow(10, "1s"), quota(1_000, "day"), quota(20_000, "month")];
    expect(headersOf(last(limits, 1), limits, "ietf", () => now)).toEqual({
      "RateLimit-Policy": '"10-per-1s";q=10;w=1, "1000-per-day";q=1000;w=86400, "20000-per-month";q=20000',
      RateLimit: '"10-per-1s";r=9;t=2, "1000-per-day";r=999;t=86400, "20000-per-month";r=19999;t=2678400',
    });
  });

  it("omit a window that is no whole number of seconds", () => {
    const of = (limit: Limit) => headersOf(last([limit], 1), [limit], "ietf", () => now)?.["RateLimit-Policy"];
    expect(of(slidingWindow(10, 1_500))).toBe('"10-per-1500ms";q=10');
    expect(of(tokenBucket({ capacity: 10, refillPerSecond: 5 }))).toBe('"10-at-5-per-1s";q=10;w=2');
    expect(of(quota(5, "year"))).toBe('"5-per-year";q=5');
    expect(of(quota(5, "week"))).toBe('"5-per-week";q=5;w=604800');
  });

  it("report the limit with the least left, in the older form", () => {
    const limits = [quota(1_000, "day"), slidingWindow(10, "1h")];
    const legacy = { "X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "7" };
    const headers = headersOf(last(limits, 3), limits, "legacy", () => now + 1);
    expect(headers).toMatchObject(legacy);
    // The third part of the hour after this one: two of the three still overlap.
    expect(Number(headers?.["X-RateLimit-Reset"]) * 1_000 - now).toBeGreaterThan(3_600_000);
    expect(Object.keys(headersOf(last(limits, 3), limits, "both", () => now) ?? {}).length).toBe(5);
    expect(headersOf(last(limits, 3), limits, "none", () => now)).toBeUndefined();
  });

  it("round the reset of the older form up, so that nobody comes too early", () => {
    const limits = [quota(5, "hour")];
    const resetAt = (ms: number) => headersOf(last(limits, 1), limits, "legacy", () => now + ms)?.["X-RateLimit-Reset"];
    expect([0, 1, 1_000].map(resetAt)).toEqual([3_600, 3_601, 3_601].map((seconds) => String(now / 1_000 + seconds)));
  });

  it("ask for a wait of at least one second", () => {
    const decision = { ...last([quota(1, "day")], 1, 1), retryAfterMs: 0 };
    expect(new RateLimitError(decision).headers).toEqual({ "Retry-After": "1" });
  });

  it("report the longest wait if several limits were reached, and cut only their own t to it", () => {
    const bucket = tokenBucket({ capacity: 2, refillPerSecond: 1 });
    const minute = slidingWindow(4, "1m");
    const day = quota(1_000, "day");
    const item = { [bucket.name]: "r=0;t=2", [minute.name]: "r=0;t=74", [day.name]: "r=996;t=86398" };
    for (const limits of [
      [bucket, minute, day],
      [day, minute, bucket],
    ]) {
      const store = memoryStore();
      const take = (at: number) => store.takeSync({ key: "k", cost: 2, now: at, limits });
      take(now);
      take(now + 2_000);
      const decision = take(now + 2_000);
      expect(decision.violated).toHaveLength(2);
      const headers = headersOf(decision, limits, "ietf", () => now);
      expect(new RateLimitError(decision, headers).headers["Retry-After"]).toBe("74");
      expect(headers?.RateLimit).toBe(limits.map(({ name }) => `"${name}";${item[name]}`).join(", "));
    }
  });

  it("are absent if nothing is known", () => {
    const limits = [quota(5, "day")];
    const unknown = { allowed: true, remaining: 0, resetAfterMs: 0, retryAfterMs: 0, violated: [], limits: [] };
    expect(headersOf(unknown, limits, "both", () => now)).toBeUndefined();
  });

  it("hold any name that a limit can have", () => {
    const name = fc.stringMatching(/^[\x20-\x7e]{1,64}$/);
    fc.assert(
      fc.property(name, (text) => {
        const limits = [slidingWindow(5, "1s", { name: text })];
        const header = headersOf(last(limits, 1), limits, "ietf", () => now)?.RateLimit ?? "";
        const [, quoted = ""] = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)";r=4;t=\d+$/.exec(header) ?? [];
        expect(quoted.replace(/\\(.)/g, "$1")).toBe(text);
      }),
    );
  });

  it("never report a t after Retry-After for a limit that was reached", () => {
    const limit = fc.oneof(
      fc.integer({ min: 100, max: 9_000 }).map((ms) => slidingWindow(3, ms)),
      fc.constantFrom(quota(4, "hour"), quota(5, "month"), tokenBucket({ capacity: 2, refillPerSecond: 0.3 })),
    );
    const some = fc.uniqueArray(limit, { minLength: 1, maxLength: 4, selector: ({ id }) => id });
    fc.assert(
      fc.property(some, fc.nat(9_999), (limits, ms) => {
        const rejected = decisions(limits, Array(7).fill(1), now + ms).filter(({ allowed }) => !allowed);
        for (const decision of rejected) {
          const headers = headersOf(decision, limits, "ietf", () => now);
          const after = Number(new RateLimitError(decision, headers).headers["Retry-After"]);
          expect(after * 1_000).toBeGreaterThanOrEqual(decision.retryAfterMs);
          expect(after * 1_000).toBeLessThan(decision.retryAfterMs + 1_000);
          const items = (headers?.RateLimit ?? "").split(", ");
          const reached = decision.violated.map((state: LimitState) => items[decision.limits.indexOf(state)] ?? "");
          for (const item of reached) expect(Number(/t=(\d+)/.exec(item)?.[1])).toBeLessThanOrEqual(after);
        }
      }),
    );
  });
});
