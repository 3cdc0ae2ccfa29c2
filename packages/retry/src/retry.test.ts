import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Outcome } from "@midguard/kernel";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { flaky, reasonOf } from "../test-support/calls.ts";
import { constant, createRetry, type Retry, retryReport } from "./index.ts";

// In Lambda a budget starts with one retry.
beforeEach(() => void vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "test"));

const free = { budget: false, backoff: constant(0) } as const;

afterEach(() => vi.restoreAllMocks());

describe("a run", () => {
  test("resolves to the value of a call that succeeds at once", async () => {
    const call = flaky();
    expect(await createRetry().run(call)).toBe("ok");
    expect(call).toHaveBeenCalledTimes(1);
  });

  test("takes calls that are not asynchronous", async () => {
    expect(await createRetry().run(() => 7)).toBe(7);
    const error = await reasonOf(
      createRetry().run(() => {
        throw new RangeError("sync");
      }),
    );
    expect(error).toEqual(new RangeError("sync"));
  });

  test("calls again until a call succeeds, and numbers the attempts from 1", async () => {
    const failures = [new Error("1"), new Error("2"), new Error("3")];
    const numbers: number[] = [];
    const value = await createRetry(free).run(async ({ number }) => {
      numbers.push(number);
      if (number <= failures.length) throw failures[number - 1];
      return "ok";
    });
    expect(value).toBe("ok");
    expect(numbers).toEqual([1, 2, 3, 4]);
  });

  test("works detached from its policy", async () => {
    const { run } = createRetry(free);
    expect(await run(flaky(new Error("1")))).toBe("ok");
  });

  test.each([
    ["a frozen error", Object.freeze(new Error("frozen"))],
    ["a string", "boom"],
    ["undefined", undefined],
    ["null", null],
  ])("rejects with the same error as the last attempt: %s", async (_name, last) => {
    const error = await reasonOf(createRetry({ ...free, maxRetries: 1 }).run(flaky(new Error("first"), last)));
    expect(error).toBe(last);
    const report = { attempts: 2, elapsedMs: expect.any(Number), reason: "max-retries" };
    expect(retryReport(error)).toEqual(error instanceof Error ? report : undefined);
  });

  test("never makes more attempts than one and its retries", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(6), fc.nat(8), async (maxRetries, failures) => {
        const call = flaky(...Array.from({ length: failures }, (_, index) => new Error(String(index))));
        await Promise.allSettled([createRetry({ ...free, maxRetries }).run(call)]);
        expect(call).toHaveBeenCalledTimes(Math.min(failures, maxRetries) + 1);
      }),
    );
  });

  test("is not repeated if it must not be", async () => {
    const call = flaky(new Error("1"));
    const error = await reasonOf(createRetry(free).run(call, { once: true }));
    expect(call).toHaveBeenCalledTimes(1);
    expect(retryReport(error)?.reason).toBe("not-retryable");
  });

  test("does not retry what will not pass, and spends nothing on it", async () => {
    const policy = createRetry({ backoff: constant(0) });
    const notFound = Object.assign(new Error("404"), { statusCode: 404 });
    const call = flaky(notFound);
    expect(await reasonOf(policy.run(call))).toBe(notFound);
    expect(call).toHaveBeenCalledTimes(1);
    expect(retryReport(notFound)).toMatchObject({ attempts: 1, reason: "not-retryable" });
    expect(policy.budget).toMatchObject({ tokens: 1 });
  });

  test("keeps overlapping runs apart", async () => {
    const policy = createRetry({ ...free, maxRetries: 4 });
    const runs = Array.from({ length: 50 }, async (_, index) => {
      const seen: number[] = [];
      const value = await policy.run(async ({ number }) => {
        seen.push(number);
        await new Promise(setImmediate);
        if (number <= index % 5) throw new Error(String(index));
        return index;
      });
      expect(value).toBe(index);
      expect(seen).toEqual(Array.from({ length: (index % 5) + 1 }, (_, place) => place + 1));
    });
    await Promise.all(runs);
  });
});

test("a run of many attempts keeps nothing of those before", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  function heapUsed(): number {
    collect();
    return process.memoryUsage().heapUsed;
  }
  const patient = { ...free, maxRetries: 20_000, clock: { now: () => 0, sleep: async () => {} } };
  const heap: number[] = [];
  await createRetry(patient).run(async ({ number }) => {
    if (number === 1_000 || number === 20_000) heap.push(heapUsed());
    if (number < 20_000) throw new Error("not yet");
  });
  const [early = 0, late = 0] = heap;
  // A promise that waits for the next attempt would be 700 bytes for each.
  expect(late - early).toBeLessThan(2_000_000);
});

describe("a value that is a failure", () => {
  test("is tried again, and returned when retries end", async () => {
    const answers = [503, 503, 502, 200].map((status) => new Response(null, { status }));
    const give = (policy: Retry): Promise<Response | undefined> => {
      return policy.run(async ({ number }) => answers[number - 1]);
    };
    expect(await give(createRetry(free))).toBe(answers[3]);
    const last = await give(createRetry({ ...free, maxRetries: 2 }));
    expect(last).toBe(answers[2]);
    expect(retryReport(last)).toMatchObject({ attempts: 3, reason: "max-retries" });
    expect(retryReport(answers[3])).toBeUndefined();
  });

  test("does not hide the error that follows it", async () => {
    const bug = new TypeError("a bug");
    const call = vi.fn(async ({ number }: { number: number }) => {
      if (number === 2) throw bug;
      return new Response(null, { status: 503 });
    });
    expect(await reasonOf(createRetry(free).run(call))).toBe(bug);
    expect(call).toHaveBeenCalledTimes(2);
  });

  test("is decided by the policy's own rule, called once for each outcome", async () => {
    const retryable = vi.fn((outcome: Outcome) => outcome.ok && outcome.value === "PENDING");
    const states = ["PENDING", "PENDING", "DONE"];
    expect(await createRetry({ ...free, retryable }).run(({ number }) => states[number - 1])).toBe("DONE");
    expect(retryable.mock.calls).toEqual(states.map((value) => [{ ok: true, value }]));
  });
});

test("a rule that returns undefined for a value leaves it a success", async () => {
  const retryable = (): boolean => undefined as unknown as boolean;
  const policy = createRetry({ retryable });
  const value = {};
  expect(await policy.run(() => value)).toBe(value);
  expect(retryReport(value)).toBeUndefined();
  expect(policy.budget).toMatchObject({ tokens: 1.2 });
});

test("a run without a function is refused, with a clear message in minified code too", async () => {
  const error = await reasonOf(createRetry().run(Promise.resolve(7) as never));
  expect(error).toEqual(new TypeError("run: fn must be a function, got a promise"));
});
