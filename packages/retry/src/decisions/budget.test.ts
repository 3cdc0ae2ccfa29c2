import { manualClock } from "@midguard/kernel/testing";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { constant, createRetry, type RetryBudget } from "../index.ts";
import { createRetryBudget } from "./budget.ts";

afterEach(() => void vi.unstubAllEnvs());

test("starts full outside of Lambda, and under a test's clock", () => {
  expect(createRetryBudget().tokens).toBe(3);
  expect(createRetryBudget({ capacity: 7 }).tokens).toBe(7);
  expect(createRetry().budget).toMatchObject({ tokens: 3 });
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "test");
  expect(createRetry({ clock: manualClock() }).budget).toMatchObject({ tokens: 3 });
  expect(createRetry().budget).toMatchObject({ tokens: 1 });
  expect(createRetryBudget({ capacity: 0.5 }).tokens).toBe(0.5);
});

test("of a new policy pays for the retries that a first test expects, and the next call gets none", async () => {
  const policy = createRetry({ maxRetries: 3, backoff: constant(0) });
  let calls = 0;
  const call = (): Promise<never> => {
    calls += 1;
    return Promise.reject(new Error("down"));
  };
  await expect(policy.run(call)).rejects.toThrow("down");
  expect(calls).toBe(4);
  await expect(policy.run(call)).rejects.toThrow("down");
  expect(calls).toBe(5);
});

test("starts with one retry in Lambda, saves up three at most, and every fifth success is worth one", () => {
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "test");
  const budget = createRetryBudget();
  expect(budget.tokens).toBe(1);
  expect(budget.spend()).toBe(true);
  expect(budget.spend()).toBe(false);
  for (let success = 0; success < 4; success++) budget.earn();
  expect(budget.spend()).toBe(false);
  budget.earn();
  expect(budget.spend()).toBe(true);
  for (let success = 0; success < 100; success++) budget.earn();
  expect(budget.tokens).toBe(3);
});

test("a retry after a timeout costs two in Lambda, so that a cold environment makes none before its fifth success", () => {
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "test");
  const budget = createRetryBudget();
  for (let success = 0; success < 4; success++) budget.earn();
  expect(budget.spend("timeout")).toBe(false);
  budget.earn();
  expect(budget.spend("timeout")).toBe(true);
  expect(budget.tokens).toBe(0);
  budget.refund("timeout");
  expect(budget.tokens).toBe(2);
});

test("a full budget of one pays for a retry after a timeout, in Lambda too", () => {
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "test");
  expect(createRetryBudget({ capacity: 1 }).spend("timeout")).toBe(true);
  expect(createRetryBudget({ capacity: 0.5 }).spend("timeout")).toBe(false);
});

test("a retry after a timeout costs one elsewhere and under a test's clock, and what `timeoutCost` says everywhere", () => {
  expect(createRetryBudget({ initial: 1 }).spend("timeout")).toBe(true);
  expect(createRetryBudget({ timeoutCost: 4 }).spend("timeout")).toBe(false);
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "test");
  expect(createRetryBudget({ timeoutCost: 1 }).spend("timeout")).toBe(true);
  const { budget } = createRetry({ clock: manualClock() });
  expect([1, 2, 3].map(() => (budget as RetryBudget).spend("timeout"))).toEqual([true, true, true]);
});

test("a retry that was not made is given back, never past the capacity", () => {
  const budget = createRetryBudget({ initial: 1 });
  budget.spend();
  budget.refund();
  expect(budget.tokens).toBe(1);
  for (let time = 0; time < 5; time++) budget.refund();
  expect(budget.tokens).toBe(3);
});

test("ten successes at 0.1 are worth a whole retry, in spite of rounding", () => {
  const budget = createRetryBudget({ initial: 0, perSuccess: 0.1 });
  for (let success = 0; success < 10; success++) budget.earn();
  expect(budget.spend()).toBe(true);
  expect(budget.tokens).toBe(0);
});

test("never grants more than it began with and the successes were worth, in any trace", () => {
  const settings = fc
    .tuple(fc.integer({ min: 0, max: 20 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 20 }))
    .map(([capacity, share, tenths]) => ({ capacity, initial: capacity * share, perSuccess: tenths / 10 }));
  const ends = fc.constantFrom("success", "failure", "timeout");
  fc.assert(
    fc.property(settings, fc.array(ends, { maxLength: 300 }), (options, trace) => {
      const budget = createRetryBudget({ ...options, timeoutCost: 2 });
      let successes = 0;
      let spent = 0;
      for (const end of trace) {
        if (end === "success") {
          successes++;
          budget.earn();
        } else if (budget.spend(end)) spent += end === "timeout" ? 2 : 1;
        expect(spent).toBeLessThanOrEqual(options.initial + options.perSuccess * successes + 1e-6);
        expect(budget.tokens).toBeGreaterThanOrEqual(0);
        expect(budget.tokens).toBeLessThanOrEqual(options.capacity);
      }
    }),
  );
});

test("bad options are refused by name and value", () => {
  expect(createRetryBudget({ capacity: 0 }).spend()).toBe(false);
  expect(() => createRetryBudget({ capacity: -1 })).toThrow(
    "createRetryBudget: capacity must be a number of at least 0, got -1",
  );
  expect(() => createRetryBudget({ capacity: 2, initial: 3 })).toThrow(
    "createRetryBudget: initial must be a number between 0 and 2, got 3",
  );
  expect(() => createRetryBudget({ perSuccess: Number.NaN })).toThrow(
    "createRetryBudget: perSuccess must be a number of at least 0, got NaN",
  );
  expect(() => createRetryBudget({ timeoutCost: 0 })).toThrow(
    "createRetryBudget: timeoutCost must be a number of at least 1, got 0",
  );
  expect(() => createRetryBudget({ initial: "1" } as object)).toThrow('initial must be a number, got "1"');
  expect(() => createRetryBudget(null as never)).toThrow("createRetryBudget: options must be an object, got null");
  expect(() => createRetryBudget({ ratio: 1 } as object)).toThrow("createRetryBudget: unknown option ratio (1)");
});
