import { setImmediate as turn } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import middy from "@middy/core";
import { createCircuitBreaker } from "@midguard/circuit-breaker";
import { subscribe } from "@midguard/kernel";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { metrics } from "@midguard/metrics";
import { type RateLimitOptions, rateLimit, slidingWindow } from "@midguard/rate-limit";
import { createRetry, createRetryBudget, type RetryOptions } from "@midguard/retry";
import { warmup } from "@midguard/warmup";
import Bluebird from "bluebird";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { captureEmfLines, type EmfLines } from "./support/stack.ts";

/** What a callback returns that is `async` by mistake: rejections of every kind of promise. */
const promises: Record<string, () => unknown> = {
  "a promise": () => Promise.reject(new Error("late")),
  "a promise of another realm": () => runInNewContext('Promise.reject(new Error("late"))'),
  "a promise of bluebird": () => Bluebird.reject(new Error("late")),
  "a thenable": () => ({
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
    then: (_resolve: unknown, reject: (error: Error) => void) => reject(new Error("late")),
  }),
};

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});

let emf: EmfLines;
beforeEach(() => {
  emf = captureEmfLines();
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  await turn();
  process.off("unhandledRejection", note);
  expect(unhandled.splice(0)).toEqual([]);
  warned.mockClear();
});

function warnings(): string {
  return warned.mock.calls.map(([message]) => String(message)).join("\n");
}

const kinds = Object.entries(promises);
const down = (): Promise<never> => Promise.reject(new Error("down"));

describe.each(kinds)("%s", (_kind, promise) => {
  const answer = promise as () => never;

  test.each<[string, RetryOptions]>([
    ["retryable", { retryable: answer }],
    ["backoff", { backoff: answer }],
    ["random", { random: answer }],
    ["afterMs", { retryable: () => ({ afterMs: answer() }) }],
    ["budget.spend", { budget: { ...createRetryBudget(), tokens: 1, spend: answer } }],
  ])("as %s of a policy is a warning, and the call's own error comes out", async (name, options) => {
    await expect(createRetry({ maxRetries: 1, maxElapsedMs: 2_000, ...options }).run(down)).rejects.toThrow("down");
    expect(warnings()).toContain(`${name} must be synchronous, but it returned a promise`);
  });

  test("as budget.earn or budget.refund of a policy is a warning", async () => {
    const budget = { ...createRetryBudget(), tokens: 1, earn: answer, refund: answer };
    expect(await createRetry({ budget }).run(() => 7)).toBe(7);
    expect(warnings()).toContain("budget.earn must be synchronous");
    const open = Object.assign(new Error("open"), { code: "CIRCUIT_OPEN", headers: {}, problem: {} });
    const failures = [new Error("down"), open];
    await expect(createRetry({ budget, backoff: () => 0 }).run(() => Promise.reject(failures.shift()))).rejects.toBe(
      open,
    );
    expect(warnings()).toContain("budget.refund must be synchronous");
  });

  test("as isFailure, random or a Trip's record of a breaker is a warning, and the result is untouched", async () => {
    const trip = { rule: "own", start: () => ({ record: answer, save: () => [] }) };
    const always = { rule: "own", start: () => ({ record: () => true, save: () => [] }) };
    await expect(createCircuitBreaker({ name: "a", isFailure: answer }).run(down)).rejects.toThrow("down");
    await expect(createCircuitBreaker({ name: "a", trip }).run(down)).rejects.toThrow("down");
    await expect(createCircuitBreaker({ name: "a", trip: always, random: answer }).run(down)).rejects.toThrow("down");
    for (const name of ["isFailure", "trip.record", "random"]) {
      expect(warnings()).toContain(`${name} must be synchronous`);
    }
  });

  test("as a Trip's start or save is refused", () => {
    const starting = { rule: "own", start: answer };
    expect(() => createCircuitBreaker({ name: "a", trip: starting })).toThrow("trip.start must be synchronous");
    const saving = { rule: "own", start: () => ({ record: () => false, save: answer }) };
    expect(() => createCircuitBreaker({ name: "a", trip: saving }).toJSON()).toThrow("trip.save must be synchronous");
  });

  test.each<[string, Partial<RateLimitOptions>]>([
    ["skip", { skip: answer }],
    ["key", { key: answer }],
    ["cost", { cost: answer }],
    ["limits", { limits: answer }],
    ["countIf", { countIf: answer }],
  ])("as %s of a limiter fails the request, and lets none pass", async (name, options) => {
    const handler = middy()
      .use(rateLimit({ limits: slidingWindow(10, "1s"), ...options }))
      .handler(() => ({ statusCode: 200 }));
    await expect(handler(apiEvents.http(), lambdaContext())).rejects.toThrow(`${name} must be synchronous`);
  });

  test("as isWarmup is a warning, and the event a request", async () => {
    const handler = middy()
      .use(warmup({ isWarmup: answer }))
      .handler(() => "answered");
    expect(await handler({ warmup: true }, lambdaContext())).toBe("answered");
    expect(warnings()).toContain("isWarmup must be synchronous");
  });

  test("as route, properties or a property of metrics is a warning, and the line is written", async () => {
    for (const options of [{ route: answer }, { properties: answer }, { properties: () => ({ tenant: answer() }) }]) {
      const measured = metrics({ namespace: "Test", service: "sync", ...options });
      const handler = middy(measured as never).handler(() => ({ statusCode: 200 }));
      await handler(apiEvents.http() as never, lambdaContext() as never);
    }
    expect(emf.take()).toHaveLength(3);
    expect(warnings()).toContain("route must be synchronous");
    expect(warnings()).toContain("properties must be synchronous");
    expect(warnings()).toContain("a property cannot be emitted and was dropped (reported once): tenant");
  });

  test("as a subscriber's result is a warning", async () => {
    const unsubscribe = subscribe(answer);
    const breaker = createCircuitBreaker({ name: "a" });
    await breaker.isolate();
    unsubscribe();
    await turn();
    expect(warnings()).toContain("A subscriber of Midguard's events threw: Error: late");
  });
});

test("properties that resolve to nothing are a warning, too, and a thenable that resolves to false skips no limit", async () => {
  const measured = metrics({ namespace: "Test", service: "sync", properties: (async () => ({})) as never });
  await middy(measured as never).handler(() => ({ statusCode: 200 }))(
    apiEvents.http() as never,
    lambdaContext() as never,
  );
  expect(warnings()).toContain("properties must be synchronous");
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
  const skip = () => ({ then: (resolve: (value: boolean) => void) => resolve(false) });
  const handler = middy()
    .use(rateLimit({ limits: slidingWindow(1, "1h"), skip: skip as never }))
    .handler(() => ({ statusCode: 200 }));
  await expect(handler(apiEvents.http(), lambdaContext())).rejects.toThrow("skip must be synchronous");
});
