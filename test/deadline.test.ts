import middy from "@middy/core";
import { circuitBreaker, createCircuitBreaker } from "@midguard/circuit-breaker";
import { currentInvocation } from "@midguard/kernel";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { constant, createRetry, retry } from "@midguard/retry";
import { afterEach, describe, expect, test, vi } from "vitest";

/** On the real clocks: a policy inside an invocation that has `timeoutMs`, of which 100 ms are kept for the answer. */
const timeoutMs = 500;
const unavailable = Object.assign(new Error("unavailable"), { statusCode: 503 });
const realNow = Date.now;

afterEach(() => vi.restoreAllMocks());

/** Runs a policy that fails for as long as it may; `eachAttempt` is called as an attempt starts. */
async function failUntilDeadline(eachAttempt: (number: number) => void): Promise<readonly number[]> {
  const policy = createRetry({ maxRetries: 1_000, backoff: constant(20), budget: false });
  const context = lambdaContext({ timeoutMs });
  const startedAt = performance.now();
  const starts: number[] = [];
  const handler = middy()
    .use(retry({ maxRetriesPerInvocation: 1_000 }))
    .handler(() =>
      policy.run(async ({ number }) => {
        starts.push(performance.now() - startedAt);
        eachAttempt(number);
        throw unavailable;
      }),
    );
  expect(await handler(apiEvents.http(), context)).toMatchObject({ statusCode: 502 });
  return starts;
}

describe.each([
  ["stands", 0],
  ["jumps an hour forward", 3_600_000],
  ["jumps an hour back", -3_600_000],
])("while the wall clock %s", (_case, jumpMs) => {
  test("attempts go on until the deadline, and none starts after it", async () => {
    const starts = await failUntilDeadline((number) => {
      if (number === 3) vi.spyOn(Date, "now").mockImplementation(() => realNow() + jumpMs);
    });
    expect(starts.length).toBeGreaterThan(5);
    expect(starts.at(-1)).toBeGreaterThan(timeoutMs - 100 - 150);
    // A busy machine may stop the process between the check of the time and the call.
    expect(starts.at(-1)).toBeLessThan(timeoutMs - 50);
  });

  test("an open circuit stays open for as long as it was to be", async () => {
    const breaker = createCircuitBreaker({ name: "a", openMs: 300, maxOpenMs: 300, random: () => 0.5 });
    for (let calls = 0; calls < 5; calls++) await breaker.run(async () => Promise.reject(unavailable)).catch(() => {});
    expect(breaker.state).toBe("open");
    vi.spyOn(Date, "now").mockImplementation(() => realNow() + jumpMs);
    expect(breaker.state).toBe("open");
    await expect.poll(() => breaker.state, { timeout: 2_000 }).toBe("half-open");
  });
});

test("no attempt starts in an invocation whose time is long past", async () => {
  const call = vi.fn(async () => "too late");
  const policy = createRetry();
  const handler = middy()
    .use([retry({ answerFailures: false }), circuitBreaker()])
    .handler(() => policy.run(call));
  for (const left of [90, 0, -5_000]) {
    const late = handler(apiEvents.http(), lambdaContext({ timeoutMs: left }));
    await expect(late).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
  }
  const event = apiEvents.http();
  const context = { ...(event.requestContext as object), timeEpoch: realNow() - 60_000 };
  const abandoned = handler({ ...event, requestContext: context }, lambdaContext({ timeoutMs: 900_000 }));
  await expect(abandoned).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
  expect(call).not.toHaveBeenCalled();
});

test("a nested handler with a context of its own leaves the outer one its deadline and its allowance", async () => {
  const nested = middy()
    .use(retry())
    .handler(async () => "done");
  const call = vi.fn(async () => Promise.reject(unavailable));
  const policy = createRetry({ maxRetries: 1_000, backoff: constant(1), budget: false });
  const left: number[] = [];
  const handler = middy()
    .use(retry({ maxRetriesPerInvocation: 3 }))
    .handler(async () => {
      await nested({}, lambdaContext({ timeoutMs: 900_000 }));
      await policy.run(call, { signal: AbortSignal.timeout(2_000) }).catch(() => {});
      left.push(currentInvocation()?.remainingMs() ?? Infinity);
    });
  await Promise.all(Array.from({ length: 50 }, () => handler(apiEvents.http(), lambdaContext({ timeoutMs: 5_000 }))));
  expect(call).toHaveBeenCalledTimes(50 * (1 + 3));
  expect(Math.max(...left)).toBeLessThanOrEqual(5_000);
});
