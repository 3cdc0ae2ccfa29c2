import { manualClock } from "@midguard/kernel/testing";
import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { flaky, reasonOf } from "../../test-support/calls.ts";
import { constant, createRetry, createRetryBudget, type RetryBudget, retryReport } from "../index.ts";

// In Lambda a budget starts with one retry.
beforeEach(() => void vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "test"));

describe("the budget", () => {
  test("does not pay for a retry that an open circuit rejects", async () => {
    const open = Object.assign(new Error("open"), { code: "CIRCUIT_OPEN", headers: {}, problem: {} });
    const policy = createRetry({ backoff: constant(0) });
    expect(await reasonOf(policy.run(flaky(new Error("down"), open)))).toBe(open);
    expect((policy.budget as RetryBudget).tokens).toBe(1);
    expect(await policy.run(flaky(new Error("down")))).toBe("ok");
  });

  test("ends retries when it is empty, and is refilled by successes", async () => {
    const policy = createRetry({ backoff: constant(0) });
    expect(await policy.run(flaky(new Error("1")))).toBe("ok");
    const error = await reasonOf(policy.run(flaky(new Error("2"), new Error("3"))));
    expect(error).toEqual(new Error("2"));
    expect(retryReport(error)).toMatchObject({ attempts: 1, reason: "budget" });
    for (let call = 0; call < 4; call++) await policy.run(flaky());
    expect(await policy.run(flaky(new Error("4")))).toBe("ok");
  });

  test("of a cold environment pays for a retry after a failure, and after a timeout only once calls have succeeded", async () => {
    const timeout = new DOMException("timed out", "TimeoutError");
    const policy = createRetry({ backoff: constant(0) });
    const error = await reasonOf(policy.run(flaky(timeout)));
    expect(error).toBe(timeout);
    expect(retryReport(error)).toMatchObject({ attempts: 1, reason: "budget" });
    for (let call = 0; call < 5; call++) await policy.run(flaky());
    expect(await policy.run(flaky(timeout))).toBe("ok");
    expect((policy.budget as RetryBudget).tokens).toBeCloseTo(0.2);
    expect(await createRetry({ backoff: constant(0) }).run(flaky(new Error("down")))).toBe("ok");
  });

  test("gets back what a retry after a timeout cost, if an open circuit rejects it", async () => {
    const timeout = new DOMException("timed out", "TimeoutError");
    const open = Object.assign(new Error("open"), { code: "CIRCUIT_OPEN", headers: {}, problem: {} });
    const policy = createRetry({ backoff: constant(0), budget: createRetryBudget({ initial: 3 }) });
    expect(await reasonOf(policy.run(flaky(timeout, open)))).toBe(open);
    expect((policy.budget as RetryBudget).tokens).toBe(3);
  });

  test("is one for all policies that share it, and each policy's own otherwise", async () => {
    const budget = createRetryBudget();
    const reads = createRetry({ budget, backoff: constant(0) });
    const writes = createRetry({ budget, backoff: constant(0) });
    expect(reads.budget).toBe(budget);
    await reads.run(flaky(new Error("1")));
    expect(await reasonOf(writes.run(flaky(new Error("2"))))).toEqual(new Error("2"));
    expect(await createRetry({ backoff: constant(0) }).run(flaky(new Error("3")))).toBe("ok");
  });

  test("bounds retries by successes in any sequence of failures", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 40 }), async (failuresOfRuns) => {
        const policy = createRetry({ backoff: constant(0) });
        let attempts = 0;
        let successes = 0;
        for (const failures of failuresOfRuns) {
          const run = policy.run(async ({ number }) => {
            attempts++;
            if (number <= failures) throw new Error("down");
          });
          successes += Number((await Promise.allSettled([run]))[0].status === "fulfilled");
        }
        expect(attempts - failuresOfRuns.length).toBeLessThanOrEqual(1 + 0.2 * successes + 1e-6);
      }),
      { numRuns: 50 },
    );
  });

  test("costs nothing for a retry that is not made", async () => {
    const clock = manualClock();
    const budget = createRetryBudget({ initial: 1 });
    const policy = createRetry({ backoff: constant(1_000), maxElapsedMs: 500, clock, budget });
    expect(retryReport(await reasonOf(policy.run(flaky(new Error("1")))))?.reason).toBe("max-elapsed");
    expect(policy.budget).toMatchObject({ tokens: 1 });
  });
});
