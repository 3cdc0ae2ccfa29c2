import { beforeEach, describe, expect, test, vi } from "vitest";
import { createRetry, retry } from "./index.ts";

// In Lambda a budget starts with one retry.
beforeEach(() => void vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "test"));

function fail(): Promise<never> {
  return Promise.reject(new Error("not to be called"));
}

describe("a policy refuses", () => {
  test.each<[Record<string, unknown>, string]>([
    [{ name: "" }, 'name must be a non-empty string, got ""'],
    [{ name: 1 }, "name must be a non-empty string, got 1"],
    [{ maxRetries: -1 }, "createRetry: maxRetries must be a whole number of at least 0, got -1"],
    [{ maxRetries: 1.5 }, "maxRetries must be a whole number of at least 0, got 1.5"],
    [{ maxRetries: Number.NaN }, "NaN"],
    [{ backoff: 100 }, "backoff must be a function such as exponential() or constant(100), got 100"],
    [{ retryable: true }, "retryable must be a function, got true"],
    [{ attemptTimeoutMs: 0 }, "attemptTimeoutMs must be a number of at least 1, got 0"],
    [{ attemptTimeoutMs: "3s" }, 'attemptTimeoutMs must be a number, got "3s"'],
    [{ maxElapsedMs: -1 }, "maxElapsedMs must be a number of at least 1, got -1"],
    [{ budget: true }, "createRetry: budget must be false or made by createRetryBudget(), got true"],
    [{ budget: 3 }, "budget must be false or made by createRetryBudget(), got 3"],
    [{ budget: {} }, "budget.spend must be a function, got undefined"],
    [{ budget: { tokens: 1, spend: () => true } }, "budget.refund must be a function, got undefined"],
    [{ signal: "stop" }, 'signal must be an AbortSignal, got "stop"'],
    [{ signal: {} }, "signal must be an AbortSignal, got an object"],
    [{ clock: 5 }, "clock must be an object, got 5"],
    [{ clock: {} }, "clock.now must be a function, got undefined"],
    [{ clock: { now: () => 0 } }, "clock.sleep must be a function, got undefined"],
    [{ random: 0.5 }, "random must be a function, got 0.5"],
    [{ retries: 3 }, "createRetry: unknown option retries (3): did you mean maxRetries?"],
    [{ reserveMs: 3 }, "createRetry: unknown option reserveMs (3): it is an option of retry()"],
    [null as never, "createRetry: options must be an object, got null"],
  ])("%j", (options, message) => {
    expect(() => createRetry(options)).toThrow(message);
  });
});

test("an explicit undefined means the default", () => {
  expect(createRetry({ name: undefined, budget: undefined } as object).budget).toMatchObject({ tokens: 1 });
});

test("a run refuses bad options before anything is called", async () => {
  const { run } = createRetry();
  await expect(run(fail, { signal: 1 } as object)).rejects.toThrow("signal must be an AbortSignal, got 1");
  await expect(run(fail, { once: 1 } as object)).rejects.toThrow("once must be a boolean, got 1");
  await expect(run(fail, null as never)).rejects.toThrow("run: options must be an object, got null");
  await expect(run(fail, { timeout: 1 } as object)).rejects.toThrow("run: unknown option timeout (1)");
});

test("the middleware refuses bad options", () => {
  expect(() => retry({ maxRetriesPerInvocation: 0.5 })).toThrow("maxRetriesPerInvocation must be a whole number");
  expect(() => retry({ reserveMs: -1 })).toThrow("retry: reserveMs must be a number of at least 0, got -1");
  expect(() => retry({ gatewayTimeoutMs: 0 })).toThrow("retry: gatewayTimeoutMs must be a number of at least 1, got 0");
  expect(() => retry({ budget: 1 } as object)).toThrow(
    "retry: unknown option budget (1): it is an option of createRetry()",
  );
});
