import { afterEach, describe, expect, test, vi } from "vitest";
import { flaky, reasonOf } from "../../test-support/calls.ts";
import { constant, createRetry, createRetryBudget, exponential, type RetryBudget } from "../index.ts";

afterEach(() => vi.restoreAllMocks());

const boom = new Error("a bug");
function throws(): never {
  throw boom;
}

describe("a callback that throws", () => {
  test.each([
    ["retryable", { retryable: throws }],
    ["backoff", { backoff: throws }],
    ["random", { backoff: exponential(), random: throws }],
  ])("%s: the call's own error is thrown, and the mistake is a warning", async (_name, options) => {
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    const call = flaky("the error");
    expect(await reasonOf(createRetry({ name: "shop", ...options }).run(call))).toBe("the error");
    expect(call).toHaveBeenCalledTimes(1);
    const message = 'A callback of the retry policy "shop" threw: Error: a bug';
    expect(warn).toHaveBeenCalledExactlyOnceWith(message, "MidguardWarning");
  });

  test("may be a getter of the call's own error: it comes out unchanged", async () => {
    vi.spyOn(process, "emitWarning").mockReturnValue();
    const error = Object.assign(new Error("down"), { headers: { get: throws } });
    expect(await reasonOf(createRetry({ backoff: constant(0), maxRetries: 1 }).run(flaky(error, error)))).toBe(error);
  });

  test.each([
    ["a symbol", Symbol("soon")],
    ["an object without a prototype", Object.create(null)],
  ])(
    "may be `afterMs` in a verdict, if it is %s: the call is retried, and its own result comes out",
    async (_name, afterMs) => {
      const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
      const policy = createRetry({ backoff: constant(0), retryable: (outcome) => !outcome.ok && { afterMs } });
      expect(await policy.run(flaky("down"))).toBe("ok");
      expect(warn).toHaveBeenCalledOnce();
    },
  );

  test("harms nothing if what it throws cannot be written as text", async () => {
    vi.spyOn(process, "emitWarning").mockReturnValue();
    const retryable = () => {
      throw Object.create(null);
    };
    expect(await createRetry({ retryable }).run(flaky())).toBe("ok");
  });

  test("leaves a success a success", async () => {
    vi.spyOn(process, "emitWarning").mockReturnValue();
    expect(await createRetry({ retryable: throws }).run(flaky())).toBe("ok");
  });

  const mistakes: Readonly<Record<string, object>> = {
    retryable: { retryable: async () => true },
    backoff: { retryable: () => true, backoff: async () => 0 },
    random: { retryable: () => true, random: () => Promise.reject(boom) },
  };
  test.each(Object.entries(mistakes))(
    "is also %s, if it is async: no promise counts as true, and no successful call is repeated",
    async (name, options) => {
      const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
      const call = flaky();
      expect(await createRetry({ budget: false, ...options }).run(call)).toBe("ok");
      expect(call).toHaveBeenCalledTimes(1);
      const message = `A callback of the retry policy "default" threw: TypeError: createRetry: ${name} must be synchronous, but it returned a promise`;
      expect(warn).toHaveBeenCalledExactlyOnceWith(message, "MidguardWarning");
    },
  );
});

describe("a budget of the user's own", () => {
  test("has not paid if spend is async", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    const budget = { ...createRetryBudget(), tokens: 1, spend: async () => false } as unknown as RetryBudget;
    const call = flaky("down", "down");
    expect(await reasonOf(createRetry({ name: "shop", backoff: constant(0), budget }).run(call))).toBe("down");
    expect(call).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining("createRetry: budget.spend must be synchronous"),
      "MidguardWarning",
    );
  });

  test.each<[string, Partial<RetryBudget>, string]>([
    ["earn", { earn: throws }, "ok"],
    ["spend", { spend: throws }, "down"],
  ])("that throws in %s changes no run, and is a warning", async (_name, mistake, expected) => {
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    const budget = { ...createRetryBudget(), tokens: 1, ...mistake };
    const outcome = createRetry({ name: "shop", budget, backoff: constant(0) }).run(flaky("down"));
    expect(await outcome.catch((error) => error)).toBe(expected);
    const message = 'A callback of the retry policy "shop" threw: Error: a bug';
    expect(warn).toHaveBeenCalledExactlyOnceWith(message, "MidguardWarning");
  });

  test("that throws in refund changes no run either", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    const controller = new AbortController();
    const budget = { ...createRetryBudget(), tokens: 1, refund: throws };
    const policy = createRetry({ budget, backoff: constant(60_000), signal: controller.signal });
    setImmediate(() => controller.abort("gone"));
    expect(await reasonOf(policy.run(flaky("down")))).toBe("gone");
    expect(warn).toHaveBeenCalledTimes(1);
  });
});
