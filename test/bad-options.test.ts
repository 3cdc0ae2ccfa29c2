import {
  circuitBreaker,
  consecutiveFailures,
  createCircuitBreaker,
  createCircuitBreakers,
  createCircuitControl,
  failureRate,
} from "@midguard/circuit-breaker";
import { dynamoDbCircuitStore } from "@midguard/circuit-breaker/dynamodb";
import { breakerFetch } from "@midguard/circuit-breaker/fetch";
import { redisCircuitStore } from "@midguard/circuit-breaker/redis";
import { subscribe } from "@midguard/kernel";
import { metrics, plugins } from "@midguard/metrics";
import {
  createRateLimiter,
  logThrottled,
  memoryStore,
  quota,
  rateLimit,
  slidingWindow,
  tokenBucket,
} from "@midguard/rate-limit";
import { constant, createRetry, createRetryBudget, decorrelated, exponential, retry } from "@midguard/retry";
import { retryStrategy } from "@midguard/retry/aws-sdk";
import { retryFetch } from "@midguard/retry/fetch";
import { warmup } from "@midguard/warmup";
import { planWarming } from "@midguard/warmup/plan";
import { expect, test } from "vitest";

type Factory = (...args: never[]) => unknown;

/** Factory, arguments, and what the message must name: the option and the value given. */
const bad: readonly (readonly [Factory, readonly unknown[], string, string])[] = [
  [slidingWindow, [-1, "1s"], "limit", "-1"],
  [slidingWindow, [1.5, "1s"], "limit", "1.5"],
  [slidingWindow, [Number.NaN, "1s"], "limit", "NaN"],
  [slidingWindow, ["10", "1s"], "limit", '"10"'],
  [slidingWindow, [10, "1 fortnight"], "window", "fortnight"],
  [slidingWindow, [10, "0s"], "window", "0"],
  [slidingWindow, [10, -5], "window", "-5"],
  [slidingWindow, [10, "1s", { strickt: true }], "strickt", "true"],
  [quota, [10, "fortnight"], "unit", "fortnight"],
  [quota, [Infinity, "day"], "limit", "Infinity"],
  [quota, [10, "day", { timeZone: "Mars/Olympus" }], "timeZone", "Mars/Olympus"],
  [tokenBucket, [{ capacity: 0, refillPerSecond: 1 }], "capacity", "0"],
  [tokenBucket, [{ capacity: 1, refillPerSecond: -1 }], "refillPerSecond", "-1"],
  [rateLimit, [{ limits: [] }], "limits", ""],
  [rateLimit, [{ limits: 10 }], "limits", "10"],
  [rateLimit, [{ limits: [slidingWindow(1, "1s"), slidingWindow(1, "1s")] }], "1-per-1s", ""],
  [rateLimit, [{ limits: slidingWindow(1, "1s"), onMissingKey: "skip" }], "onMissingKey", '"skip"'],
  [rateLimit, [{ limits: slidingWindow(1, "1s"), onStoreError: "open" }], "onStoreError", '"open"'],
  [rateLimit, [{ limits: slidingWindow(1, "1s"), headers: "draft" }], "headers", '"draft"'],
  [rateLimit, [{ limits: slidingWindow(1, "1s"), ipv6Prefix: 129 }], "ipv6Prefix", "129"],
  [rateLimit, [{ limits: slidingWindow(1, "1s"), trustedHops: -1 }], "trustedHops", "-1"],
  [rateLimit, [{ limits: slidingWindow(1, "1s"), allowList: ["10.0.0.0/33"] }], "allowList", "10.0.0.0/33"],
  [rateLimit, [{ limits: slidingWindow(1, "1s"), denyList: ["nobody"] }], "denyList", "nobody"],
  [rateLimit, [{ limits: slidingWindow(1, "1s"), storeTimeoutMs: 0 }], "storeTimeoutMs", "0"],
  [rateLimit, [{ limits: slidingWindow(1, "1s"), dryrun: true }], "dryrun", "true"],
  [rateLimit, [{ limits: slidingWindow(1, "1s"), key: "ip" }], "key", '"ip"'],
  [createRateLimiter, [{ limits: slidingWindow(1, "1s"), name: "" }], "name", '""'],
  [memoryStore, [{ maxBytes: -1 }], "maxBytes", "-1"],
  [logThrottled, [{ perSecond: 0 }], "logThrottled: perSecond", "0"],
  [logThrottled, [{ hashSecret: "" }], "logThrottled: hashSecret", '""'],
  [createRetry, [{ maxRetries: -1 }], "maxRetries", "-1"],
  [createRetry, [{ maxRetries: 2.5 }], "maxRetries", "2.5"],
  [createRetry, [{ attemptTimeoutMs: Number.NaN }], "attemptTimeoutMs", "NaN"],
  [createRetry, [{ backoff: 100 }], "backoff", "100"],
  [createRetry, [{ retries: 3 }], "retries", "3"],
  [createRetry, [null], "options", "null"],
  [createRetryBudget, [{ capacity: -3 }], "capacity", "-3"],
  [createRetryBudget, [{ perSuccess: "0.2" }], "perSuccess", '"0.2"'],
  [exponential, [{ baseMs: -1 }], "baseMs", "-1"],
  [exponential, [{ jitter: "some" }], "jitter", '"some"'],
  [constant, [Number.NaN], "delayMs", "NaN"],
  [decorrelated, [{ maxMs: -1 }], "maxMs", "-1"],
  [retry, [{ maxRetriesPerInvocation: -1 }], "maxRetriesPerInvocation", "-1"],
  [retry, [{ reserveMs: "100" }], "reserveMs", '"100"'],
  [retry, [{ gatewayTimeoutMs: 0 }], "gatewayTimeoutMs", "0"],
  [createCircuitBreaker, [{}], "name", "undefined"],
  [createCircuitBreaker, [{ name: "a", openMs: -1 }], "openMs", "-1"],
  [createCircuitBreaker, [{ name: "a", halfOpenPermits: 0 }], "halfOpenPermits", "0"],
  [createCircuitBreaker, [{ name: "a", trip: "rate" }], "trip", '"rate"'],
  [createCircuitBreaker, [{ name: "a", treshold: 1 }], "treshold", "1"],
  [createCircuitBreakers, [{}], "createCircuitBreakers: name", "undefined"],
  [createCircuitBreakers, [{ name: "a", maxCircuits: 0 }], "createCircuitBreakers: maxCircuits", "0"],
  [createCircuitBreakers, [{ name: "a", openMs: -1 }], "createCircuitBreakers: openMs", "-1"],
  [createCircuitBreakers({ name: "a" }).for, [""], "for: key", '""'],
  [breakerFetch, [createCircuitBreaker({ name: "a" })], "breakerFetch: breakers.for", "undefined"],
  [breakerFetch, [createCircuitBreakers({ name: "a" }), "fetch"], "breakerFetch: fetch", '"fetch"'],
  [failureRate, [{ threshold: 1.5 }], "threshold", "1.5"],
  [failureRate, [{ windowMs: 0 }], "windowMs", "0"],
  [consecutiveFailures, [0], "consecutiveFailures: count", "0"],
  [circuitBreaker, [{ breakers: [] }], "circuitBreaker: breakers", "empty"],
  [circuitBreaker, [{ breakers: [{}] }], "circuitBreaker: breakers[0].run", "undefined"],
  [circuitBreaker, [{ breakers: [createCircuitBreaker({ name: "a" })], syncMs: 0 }], "syncMs", "0"],
  [createCircuitBreaker, [{ name: "a", store: {} }], "store.read", "undefined"],
  [createCircuitControl, [{ store: 7 }], "createCircuitControl: store", "7"],
  [dynamoDbCircuitStore, [{ client: {}, tableName: "a" }], "dynamoDbCircuitStore: client", "an object"],
  [redisCircuitStore, [{ client: "redis" }], "redisCircuitStore: client", '"redis"'],
  [metrics, [{ namespace: 7, service: "a" }], "namespace", "7"],
  [metrics, [{ namespace: "a", service: "b", maxRoutes: -1 }], "maxRoutes", "-1"],
  [metrics, [{ namespace: "a", service: "b", coldstart: true }], "coldstart", "true"],
  [metrics, [{ namespace: "a", service: "b", route: "GET /" }], "route", '"GET /"'],
  [metrics, [{ namespace: "a", service: "b", defaultsFrom: {} }], "defaultsFrom.singleMetric", "undefined"],
  [plugins, [5], "plugin", "5"],
  [plugins, [null], "plugin", "null"],
  [plugins, [{ requestStart: true }], "requestStart", "true"],
  [subscribe, ["circuit.opened"], "listener", '"circuit.opened"'],
  [retryStrategy, [{ maxRetries: 3 }], "retryStrategy: policy must be made by createRetry()", "an object"],
  [retryFetch, [createRetry(), "fetch"], "fetch", '"fetch"'],
  [warmup, [{ prime: true }], "warmup: prime must be", "true"],
  [warmup, [{ maxAgeMs: -1 }], "warmup: maxAgeMs must be", "-1"],
  [warmup, [{ primeTimeoutMs: Number.NaN }], "warmup: primeTimeoutMs must be", "NaN"],
  [warmup, [{ isWarmup: "yes" }], "warmup: isWarmup must be", '"yes"'],
  [planWarming, [{ region: "mars-1", memoryMb: 128, concurrency: 1 }], "planWarming: region", '"mars-1"'],
  [planWarming, [{ region: "us-east-1", memoryMb: 64, concurrency: 1 }], "planWarming: memoryMb", "64"],
  [warmup, [7], "warmup: options must be", "7"],
  [warmup, [{ isWarmingUp: () => true }], "warmup: unknown option isWarmingUp", "a function"],
];

test.each(bad)("%o refuses %j", (factory, args, option, value) => {
  let caught: unknown;
  try {
    (factory as (...args: readonly unknown[]) => unknown)(...args);
  } catch (error) {
    caught = error;
  }
  expect(caught instanceof TypeError || caught instanceof RangeError).toBe(true);
  expect((caught as Error).message).toContain(option);
  expect((caught as Error).message).toContain(value);
});

test("an explicit undefined means the default", () => {
  expect(() => warmup({ prime: undefined, maxAgeMs: undefined } as object)).not.toThrow();
  expect(() => createRetry({ name: undefined, maxRetries: undefined } as object)).not.toThrow();
  expect(() => retry({ reserveMs: undefined } as object)).not.toThrow();
  expect(() => createCircuitBreaker({ name: "a", openMs: undefined, trip: undefined } as never)).not.toThrow();
  expect(() =>
    rateLimit({ limits: slidingWindow(1, "1s"), store: undefined, headers: undefined } as never),
  ).not.toThrow();
  expect(() => metrics({ namespace: "a", service: "b", maxRoutes: undefined } as object)).not.toThrow();
});

/** Factory, options, and the help that the message gives. */
const helped: readonly (readonly [Factory, object, string])[] = [
  [rateLimit, { limits: slidingWindow(1, "1s"), headers: true }, 'one of "ietf", "legacy", "both", "none", got true'],
  [rateLimit, { windowMs: 60_000, max: 10 }, 'limits: slidingWindow(10, "1m")'],
  [createRateLimiter, { points: 10, duration: 1 }, 'limits: slidingWindow(10, "1m")'],
  [createRateLimiter, { limits: slidingWindow(1, "1s"), key: () => "a" }, "it is an option of rateLimit()"],
  [createRateLimiter, { limits: slidingWindow(1, "1s"), cost: 2 }, "it is an option of take()"],
  [rateLimit, { limits: slidingWindow(1, "1s"), store: "redis" }, "a store such as memoryStore()"],
  [rateLimit, { limits: slidingWindow(1, "1s"), onMissing: "deny" }, "did you mean onMissingKey?"],
  [rateLimit, { limit: slidingWindow(1, "1s") }, "write it as a limit"],
  [retry, { maxRetries: 3 }, "it is an option of createRetry()"],
  [createRetry, { maxRetriesPerInvocation: 3 }, "it is an option of retry()"],
  [createRetry, { timeoutMs: 3 }, "did you mean attemptTimeoutMs?"],
  [createRetry, { maxRetry: 3 }, "did you mean maxRetries?"],
  [createRetry, { baseMs: 3 }, "it is an option of exponential()"],
  [createRetry, { once: true }, "it is an option of the policy's run()"],
  [createRetry, { budget: true }, "false or made by createRetryBudget()"],
  [createRetry, { backoff: 100 }, "a function such as exponential() or constant(100)"],
  [createRetry, { signal: new AbortController() }, "an AbortSignal"],
  [createCircuitBreaker, { name: "a", threshold: 0.5 }, "it is an option of trip: failureRate()"],
  [
    createCircuitBreaker,
    { name: "a", treshold: 0.5 },
    "did you mean threshold? it is an option of trip: failureRate()",
  ],
  [createCircuitBreaker, { name: "a", trip: "rate" }, "made by failureRate() or consecutiveFailures(), or a Trip"],
  [createCircuitBreaker, { name: "a", maxCircuits: 5 }, "it is an option of createCircuitBreakers()"],
  [createCircuitBreakers, { name: "a", breakers: [] }, "it is an option of circuitBreaker()"],
  [circuitBreaker, { name: "a" }, "it is an option of createCircuitBreaker()"],
  [warmup, { primeTimeout: 5 }, "did you mean primeTimeoutMs?"],
  [metrics, { nameSpace: "Shop" }, "did you mean namespace?"],
];

test.each(helped)("%o helps with %o", (factory, options, help) => {
  expect(() => factory(options as never)).toThrow(help);
});
