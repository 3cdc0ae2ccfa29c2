import { setImmediate as turn } from "node:timers/promises";
import { createContext, runInContext } from "node:vm";
import middy, { type MiddlewareObj } from "@middy/core";
import { CircuitOpenError, createCircuitBreaker } from "@midguard/circuit-breaker";
import { apiEvents, lambdaContext, otherEvents } from "@midguard/kernel/testing";
import { constant, createRetry, retryReport } from "@midguard/retry";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { captureEmfLines, type EmfLines, makeStack, middlewareNames } from "./support/stack.ts";

const realm = createContext({});

/** `fast-check` and `vitest` print what fails: that text is always there. */
const printed = { toString: Error.prototype.toString };

function throws(): never {
  throw new Error("a getter of a foreign error");
}

/** The names that are read of errors, and what they may hold. */
const names = [
  ...["name", "message", "code", "status", "statusCode", "expose", "cause", "stack", "headers", "problem", "circuit"],
  ...["response", "$response", "$metadata", "$retryable", "starved", "type", "details", "metadata", "then", "toString"],
  ...["originalError", "errored", "constructor", "retryAfterMs"],
];
const texts = [
  "AbortError",
  "TimeoutError",
  "CIRCUIT_OPEN",
  "RATE_LIMITED",
  "ATTEMPT_TIMEOUT",
  "503",
  "200",
  "a\n{}",
  "",
];
const held = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, 1, 200, 429, 503, Number.NaN, 1n, Symbol("s"), ...texts),
  fc.constant({}),
  fc.constant(Object.create(null)),
  fc.constant({ get: throws, name: "TimeoutError" }),
  fc.constant(new Proxy({}, { get: throws, ownKeys: throws, getPrototypeOf: throws })),
);

type Fields = Readonly<Record<string, unknown>>;

/** Errors of any library, and things that no library should throw. */
const makers: ((fields: Fields) => unknown)[] = [
  (fields) => Object.assign(new Error("down"), { ...fields, ...printed }),
  (fields) => Object.defineProperties(new Error("down"), getters(fields, throws)),
  (fields) => Object.defineProperties(new TypeError("down"), getters(fields)),
  (fields) => Object.freeze(Object.defineProperties(new Error("down"), getters(fields))),
  (fields) => Object.defineProperties(runInContext('new Error("down")', realm), getters(fields)),
  () => runInContext('new DOMException("late", "TimeoutError")', createContext({ DOMException })),
  () => new Proxy(new DOMException("t", "TimeoutError"), {}),
  () => new Proxy(new Error("down"), { get: throws }),
  () =>
    new Proxy(new Error("down"), { get: throws, has: throws, getPrototypeOf: throws, ownKeys: throws, set: throws }),
  () => revoked({}),
  () => revoked(() => {}),
  (fields) => Object.defineProperties(Object.create(null), getters(fields)),
  (fields) => Object.defineProperties(() => {}, getters(fields)),
  (fields) => new AggregateError([fields], "several"),
  () => new CircuitOpenError("other", 1_000),
  (fields) =>
    Object.assign(new Error("own"), { headers: {}, problem: {}, code: "CIRCUIT_OPEN", ...fields, ...printed }),
  (fields) => ({ headers: {}, problem: {}, code: "RATE_LIMITED", ...fields }),
  (fields) => Object.values(fields)[0],
  () => Symbol("thrown"),
  () => 10n,
  () => [],
];

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** Each field as a getter: it returns its value, or throws. */
function getters(fields: Fields, get?: () => never): PropertyDescriptorMap {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, { configurable: true, get: get ?? (() => value) }]),
  );
}

/** Made in the test, because fast-check would look at it. */
const foreign = fc
  .tuple(fc.constantFrom(...makers), fc.dictionary(fc.constantFrom(...names), held, { maxKeys: 6 }))
  .map(
    ([make, fields]) =>
      (): unknown =>
        make(fields),
  );

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
vi.spyOn(process, "emitWarning").mockImplementation(() => {});

let emf: EmfLines;
beforeEach(() => {
  emf = captureEmfLines();
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  await turn();
  process.off("unhandledRejection", note);
  expect(unhandled.splice(0)).toEqual([]);
});

/** Whether a call rejects with this very error; an `undefined` or another primitive is compared by value. */
async function rejectsWith(error: unknown, call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return false;
  } catch (thrown) {
    return Object.is(thrown, error);
  }
}

/** One request that fails with `error`, and how it ended. */
async function fail(error: unknown, isApi: boolean): Promise<{ requestId: string; seen: unknown; outcome: unknown }> {
  const { breaker, policy, middlewares } = makeStack();
  const context = lambdaContext();
  const ended: { requestId: string; seen: unknown; outcome: unknown } = {
    requestId: context.awsRequestId,
    seen: "nothing",
    outcome: undefined,
  };
  const seeing = {
    onError: (request: { readonly error: unknown }): void => {
      ended.seen = request.error;
    },
  };
  const stack = [...middlewareNames.map((name) => middlewares[name]), seeing] as MiddlewareObj[];
  const handler = middy(middlewares.metrics as never)
    .use(stack)
    .handler(() => policy.run(() => breaker.run(() => Promise.reject(error))));
  const event = isApi ? apiEvents.http() : otherEvents.direct?.();
  try {
    ended.outcome = await handler(event as never, context as never);
  } catch (thrown) {
    ended.outcome = thrown;
  }
  return ended;
}

test("10,000 foreign errors come out of all five middlewares as they are, with one line for each request", async () => {
  const batch = fc.array(fc.tuple(foreign, fc.boolean()), { minLength: 50, maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(batch, async (requests) => {
      const failures = requests.map(([make, isApi]) => ({ error: make(), isApi }));
      const ended = await Promise.all(failures.map(({ error, isApi }) => fail(error, isApi)));
      const lines = emf.take().filter((line) => "Latency" in line);
      expect(lines).toHaveLength(failures.length);
      for (const [index, { requestId, seen, outcome }] of ended.entries()) {
        const { error, isApi } = failures[index] as (typeof failures)[number];
        expect(Object.is(seen, error)).toBe(true);
        // An API request may be answered instead: as a dependency's failure, or as what looks like a rejection of ours.
        if (!Object.is(outcome, error)) {
          expect(isApi).toBe(true);
          // What looks like a rejection of ours is answered with its own status, which may be text.
          expect(Number((outcome as { statusCode: unknown }).statusCode)).toBeGreaterThanOrEqual(400);
        }
        expect(lines.filter((line) => line.requestId === requestId)).toHaveLength(1);
      }
    }),
    { numRuns: 200 },
  );
}, 120_000);
describe.each<[string, () => unknown]>([
  ["a proxy of a DOMException", () => new Proxy(new DOMException("t", "TimeoutError"), {})],
  ["a revoked proxy", () => revoked({})],
  ["an error whose code cannot be read", () => Object.defineProperty(new Error("x"), "code", { get: throws })],
  ["an error whose name cannot be read", () => Object.defineProperty(new Error("x"), "name", { get: throws })],
  ["an error whose status cannot be read", () => Object.defineProperty(new Error("x"), "statusCode", { get: throws })],
])("%s", (_name, make) => {
  test("is an unknown failure: it is retried, opens a circuit, and comes out itself", async () => {
    const error = make();
    let calls = 0;
    const call = (): Promise<never> => {
      calls += 1;
      return Promise.reject(error);
    };
    const policy = createRetry({ budget: false, backoff: constant(0), maxRetries: 2 });
    expect(await rejectsWith(error, () => policy.run(call))).toBe(true);
    expect(calls).toBe(3);
    expect(retryReport(error)).toMatchObject({ attempts: 3, reason: "max-retries" });
    const breaker = createCircuitBreaker({ name: "foreign" });
    for (let run = 0; run < 5; run += 1) expect(await rejectsWith(error, () => breaker.run(call))).toBe(true);
    expect(breaker.state).toBe("open");
  });

  test("ends its attempt: no timer and no listener is left", async () => {
    const before = process.getActiveResourcesInfo().length;
    const error = make();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    const policy = createRetry({ budget: false, backoff: constant(1), maxRetries: 2, attemptTimeoutMs: 60_000 });
    const run = policy.run(
      async (attempt) => {
        attempt.signal.throwIfAborted();
        await turn();
        throw error;
      },
      { signal },
    );
    expect(await rejectsWith(error, () => run)).toBe(true);
    expect(added.mock.calls.length).toBeGreaterThanOrEqual(3);
    expect(removed.mock.calls.length).toBeGreaterThanOrEqual(added.mock.calls.length);
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
  });
});
