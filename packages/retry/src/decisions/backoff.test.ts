import { seededRandom } from "@midguard/kernel/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { constant, decorrelated, exponential } from "./backoff.ts";

const range = fc.tuple(fc.nat(10_000), fc.nat(100_000)).map(([baseMs, more]) => ({ baseMs, maxMs: baseMs + more }));
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("exponential", () => {
  test("without jitter doubles from the base to the cap", () => {
    const backoff = exponential({ baseMs: 100, maxMs: 1_000, jitter: "none" });
    expect([1, 2, 3, 4, 5, 6, 5_000].map((attempt) => backoff(attempt, 0, () => 0.3))).toEqual([
      100, 200, 400, 800, 1_000, 1_000, 1_000,
    ]);
  });

  test("from nothing is nothing, however often", () => {
    expect(exponential({ baseMs: 0 })(5_000, 0, Math.random)).toBe(0);
  });

  test("stays within 0 and the capped power of two, whatever the attempt", () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 1, max: 10_000 }), chance, ({ baseMs, maxMs }, attempt, random) => {
        const capMs = exponential({ baseMs, maxMs, jitter: "none" })(attempt, 0, () => 0);
        expect(capMs).toBe(Math.min(maxMs, baseMs * Math.min(2 ** (attempt - 1), 1e300)));
        const full = exponential({ baseMs, maxMs })(attempt, 0, () => random);
        expect(full).toBeCloseTo(capMs * random);
        const equal = exponential({ baseMs, maxMs, jitter: "equal" })(attempt, 0, () => random);
        expect(equal).toBeGreaterThanOrEqual(capMs / 2);
        expect(equal).toBeLessThanOrEqual(capMs);
      }),
    );
  });

  test.each([1, 3, 9])("with full jitter waits half of the upper end on average, at attempt %i", (attempt) => {
    const random = seededRandom(attempt);
    const delays = Array.from({ length: 20_000 }, () => exponential()(attempt, 0, random));
    const mean = delays.reduce((sum, ms) => sum + ms, 0) / delays.length;
    expect(mean / Math.min(2_000, 100 * 2 ** (attempt - 1))).toBeCloseTo(0.5, 1);
    // The cap comes before the jitter: at the cap, callers are as spread out as anywhere.
    expect(new Set(delays).size).toBeGreaterThan(19_000);
  });
});

test("constant always waits the same", () => {
  expect([1, 2, 9].map((attempt) => constant(250)(attempt, 7, Math.random))).toEqual([250, 250, 250]);
});

test("decorrelated stays between the base and three times the delay before, under the cap", () => {
  fc.assert(
    fc.property(range, chance, fc.nat(100_000), ({ baseMs, maxMs }, random, previousMs) => {
      const delayMs = decorrelated({ baseMs, maxMs })(1, previousMs, () => random);
      expect(delayMs).toBeGreaterThanOrEqual(baseMs);
      expect(delayMs).toBeLessThanOrEqual(Math.min(maxMs, 3 * Math.max(previousMs, baseMs)));
    }),
  );
  expect(decorrelated()(1, 0, () => 0.5)).toBe(200);
  expect(decorrelated()(2, 500, () => 0.5)).toBe(800);
  expect(decorrelated()(2, 5_000, () => 0.5)).toBe(1_050);
});

test("bad options are refused by name and value", () => {
  expect(() => exponential({ baseMs: -1 })).toThrow("exponential: baseMs must be a number of at least 0, got -1");
  expect(() => exponential({ baseMs: 10, maxMs: 5 })).toThrow(
    "exponential: maxMs must be a number of at least 10, got 5",
  );
  expect(() => exponential({ jitter: "some" as "full" })).toThrow('jitter must be one of "full", "equal", "none"');
  expect(() => exponential({ base: 1 } as object)).toThrow("exponential: unknown option base (1)");
  expect(() => constant(Number.NaN)).toThrow("constant: delayMs must be a number of at least 0, got NaN");
  expect(() => decorrelated({ baseMs: -1 })).toThrow("decorrelated: baseMs must be a number of at least 0, got -1");
  expect(() => decorrelated({ maxMs: 99 })).toThrow("decorrelated: maxMs must be a number of at least 100, got 99");
  expect(() => decorrelated({ cap: 1 } as object)).toThrow("decorrelated: unknown option cap (1)");
});
