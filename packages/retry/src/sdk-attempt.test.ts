import { getEventListeners } from "node:events";
import middy from "@middy/core";
import { type Clock, subscribe } from "@midguard/kernel";
import { apiEvents, lambdaContext, manualClock } from "@midguard/kernel/testing";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AwsServer, fail, inTurn, startAwsServer, succeed } from "../test-support/aws-server.ts";
import { generations } from "../test-support/sdk-generations.ts";
import { retryStrategy, type SdkRetryStrategy } from "./aws-sdk.ts";
import { constant, createRetry, createRetryBudget, type RetryOptions, retry, retryReport } from "./index.ts";

const down = fail(500, "InternalServerError");

let server: AwsServer;
beforeAll(async () => {
  server = await startAwsServer();
});
afterAll(() => server.stop());

let events: { readonly type: string }[];
let unsubscribe: () => void;
beforeEach(() => {
  events = [];
  unsubscribe = subscribe((event) => events.push(event));
});
afterEach(() => unsubscribe());

function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(Promise.reject, (error: unknown) => error);
}

/** A clock on which a wait takes no real time; or `heldUpMs` longer, as if the process had been frozen in it. */
function instantClock(heldUpMs = 0): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms + heldUpMs;
    },
  };
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

describe.each(generations)("with the SDK's retry rules $rules", ({ dynamoDb, endsWaits }) => {
  const { DynamoDBClient, GetItemCommand } = dynamoDb;

  function connect(options: RetryOptions = {}) {
    const policy = createRetry({ name: "table", budget: false, backoff: constant(400), ...options });
    const client = new DynamoDBClient({ ...server.config, retryStrategy: retryStrategy(policy) });
    const read = (abortSignal?: AbortSignal) =>
      client.send(
        new GetItemCommand({ TableName: "users", Key: { id: { S: "7" } } }),
        abortSignal === undefined ? {} : { abortSignal },
      );
    return { policy, client, read };
  }

  describe("no attempt starts", () => {
    test("once a run has used up its time", async () => {
      server.answer(down);
      const error = await reasonOf(connect({ clock: instantClock(), maxElapsedMs: 1_000 }).read());
      expect(server.requests).toBe(3);
      expect(retryReport(error)).toEqual({ attempts: 3, elapsedMs: 800, reason: "max-elapsed" });
    });

    test("after a wait in which the process was frozen past that time; the retry is not paid", async () => {
      server.answer(down);
      const { policy, read } = connect({
        clock: instantClock(60_000),
        maxElapsedMs: 1_000,
        budget: createRetryBudget(),
      });
      expect(retryReport(await reasonOf(read()))).toMatchObject({ attempts: 1, reason: "max-elapsed" });
      expect(server.requests).toBe(1);
      expect(policy.budget).toMatchObject({ tokens: 3 });
    });

    test("sooner than the service asks; if that is too late, none at all", async () => {
      for (const [header, value, delayMs] of [
        ["Retry-After", "2", 2_000],
        ["x-amz-retry-after", "1500", 1_500],
      ] as const) {
        events.length = 0;
        server.answer(inTurn(fail(503, "ServiceUnavailable", { [header]: value }), succeed()));
        await connect({ clock: instantClock() }).read();
        expect(events).toMatchObject([{ type: "retry.scheduled", delayMs }]);
        server.answer(fail(503, "ServiceUnavailable", { [header]: value }));
        const error = await reasonOf(connect({ clock: instantClock(), maxElapsedMs: delayMs }).read());
        expect(retryReport(error)).toEqual({ attempts: 1, elapsedMs: 0, reason: "max-elapsed" });
      }
    });

    test("if the clock fails in the wait", async () => {
      server.answer(down);
      const clock = { now: () => 0, sleep: () => Promise.reject(new Error("no time")) };
      const error = await reasonOf(connect({ clock }).read());
      expect(error).toMatchObject({ name: "InternalServerError" });
      expect(retryReport(error)).toMatchObject({ attempts: 1, reason: "aborted" });
    });
  });

  describe("in an invocation", () => {
    type Read = ReturnType<typeof connect>["read"];

    async function ask(call: () => Promise<unknown>, timeoutMs = 3_000, options: Parameters<typeof retry>[0] = {}) {
      const handler = middy().use(retry(options)).handler(call);
      return (await handler(apiEvents.http(), lambdaContext({ timeoutMs }))) as { statusCode: number };
    }

    // Retried: on a busy machine the test itself may be held up.
    test("no attempt starts after the deadline", { retry: 2 }, async () => {
      server.answer(down);
      const { read } = connect({ maxRetries: 100, backoff: constant(150) });
      events.length = 0;
      const startedAt = performance.now();
      const { statusCode } = await ask(() => read(), 1_000, { maxRetriesPerInvocation: 100 });
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      expect(statusCode).toBe(502);
      expect(server.requests).toBeGreaterThan(1);
      expect(server.arrivals.filter((at) => at - startedAt >= 950)).toEqual([]);
      expect(events.at(-1)).toMatchObject({ type: "retry.exhausted", source: "table", reason: "deadline" });
    });

    test("a call ends at once if the service asks for a wait beyond the deadline", async () => {
      server.answer(fail(503, "ServiceUnavailable", { "Retry-After": "10" }));
      const startedAt = performance.now();
      const { read } = connect();
      expect(await ask(() => read())).toMatchObject({ statusCode: 502 });
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      expect(events).toMatchObject([{ type: "retry.exhausted", reason: "deadline", attempts: 1 }]);
    });

    test("nothing is sent without time for one attempt", async () => {
      server.answer(succeed());
      const { read } = connect();
      let error: unknown;
      const call = async () => {
        error = await reasonOf(read());
        throw error;
      };
      expect(await ask(call, 50)).toMatchObject({ statusCode: 504 });
      expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED" });
      expect(retryReport(error)).toMatchObject({ attempts: 0, reason: "deadline" });
      expect(server.requests).toBe(0);
    });

    test("all calls share the allowance", async () => {
      server.answer(down);
      const { read } = connect({ backoff: constant(0) });
      const thrice = (call: Read) => Promise.allSettled([call(), call(), call()]);
      await ask(() => thrice(read), 3_000, { maxRetriesPerInvocation: 2 });
      expect(server.requests).toBe(5);
      expect(events.filter(({ type }) => type === "retry.exhausted")).toEqual(
        Array(3).fill(expect.objectContaining({ reason: "allowance" })),
      );
    });
  });

  describe("nothing is left behind", () => {
    test("after a success, a failure, and an abort of the policy's signal in a wait", async () => {
      const before = timers();
      const controller = new AbortController();
      const { client, read } = connect({ signal: controller.signal, backoff: constant(10), maxRetries: 1 });
      server.answer(inTurn(down, succeed()));
      await read();
      server.answer(down);
      await reasonOf(read());
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
      const waiting = connect({ signal: controller.signal, backoff: constant(60_000) });
      const done = reasonOf(waiting.read());
      await expect.poll(() => events.at(-1)).toMatchObject({ type: "retry.scheduled", delayMs: 60_000 });
      const abortedAt = performance.now();
      controller.abort(new Error("shutting down"));
      // The SDK throws the last error, whatever ended its retries.
      expect(await done).toMatchObject({ name: "InternalServerError", $metadata: { attempts: 1 } });
      expect(performance.now() - abortedAt).toBeLessThan(1_000);
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
      for (const { destroy } of [client, waiting.client]) destroy.call(client);
      waiting.client.destroy();
      expect(timers()).toBeLessThanOrEqual(before);
    });

    test("after an abort by the caller in a wait, which prevents the next attempt", async () => {
      server.answer(down);
      const clock = manualClock();
      const controller = new AbortController();
      const done = reasonOf(connect({ clock }).read(controller.signal));
      await expect.poll(() => clock.sleepers).toBe(1);
      controller.abort();
      if (!endsWaits) await clock.advance(400);
      expect(await done).toMatchObject({ name: "AbortError" });
      await clock.advance(400);
      expect([server.requests, clock.sleepers]).toEqual([1, 0]);
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    });
  });

  test("nothing is sent after the policy's signal has aborted", async () => {
    server.answer(succeed());
    const reason = new Error("shutting down");
    expect(await reasonOf(connect({ signal: AbortSignal.abort(reason) }).read())).toBe(reason);
    expect(server.requests).toBe(0);
  });

  test("a retry that a circuit rejects is not paid", async () => {
    server.answer(down);
    const { policy, client, read } = connect({ backoff: constant(0), budget: createRetryBudget() });
    let attempts = 0;
    client.middlewareStack.add(
      (next) => (args) => {
        attempts += 1;
        if (attempts === 1) return next(args);
        return Promise.reject(Object.assign(new Error("open"), { code: "CIRCUIT_OPEN", headers: {}, problem: {} }));
      },
      { step: "deserialize" },
    );
    expect(await reasonOf(read())).toMatchObject({ code: "CIRCUIT_OPEN" });
    expect([attempts, server.requests]).toEqual([2, 1]);
    expect(policy.budget).toMatchObject({ tokens: 3 });
  });

  test("a long poll without a retry left fails after the wait, so that a loop of polls does not spin", async () => {
    server.answer(down);
    const clock = instantClock();
    const { client, read } = connect({ clock, budget: createRetryBudget({ capacity: 0 }) });
    await reasonOf(read());
    expect(clock.now()).toBe(0);
    // As the clients of SQS and Step Functions mark such calls, by the new rules.
    client.middlewareStack.add(
      (next, context) => (args) => {
        (context as { __retryLongPoll?: boolean }).__retryLongPoll = true;
        return next(args);
      },
      { step: "initialize" },
    );
    await reasonOf(read());
    expect(clock.now()).toBe(endsWaits ? 400 : 0);
    expect(server.requests).toBe(2);
  });
});

/** Makes a call as the SDK does. */
async function send<T>(strategy: SdkRetryStrategy, call: () => Promise<T>): Promise<T> {
  let token = await strategy.acquireInitialRetryToken();
  for (;;) {
    try {
      const value = await call();
      strategy.recordSuccess(token);
      return value;
    } catch (error) {
      const failure = { error, errorType: "TRANSIENT" };
      const count = token.getRetryCount();
      token = await strategy.refreshRetryTokenForRetry(token, failure).catch(() => Promise.reject(error));
      expect([token.getRetryCount(), token.getRetryDelay(), token.isLongPoll()]).toEqual([count + 1, 0, false]);
    }
  }
}

test("an error that is no object ends a call as it is", async () => {
  const strategy = retryStrategy(createRetry());
  const token = await strategy.acquireInitialRetryToken();
  const refreshed = strategy.refreshRetryTokenForRetry(token, { error: "down", errorType: "CLIENT_ERROR" });
  expect(await reasonOf(refreshed)).toBe("down");
});

test("attempts, waits, events and budget are those of run, whatever fails", async () => {
  const call = fc.array(fc.record({ message: fc.string(), statusCode: fc.constantFrom(404, 500, 503) }), {
    maxLength: 6,
  });
  const options = fc.record({
    maxRetries: fc.nat(4),
    maxElapsedMs: fc.constantFrom(Infinity, 250, 1_000),
    backoff: fc.constantFrom(constant(100), (attempt: number, previousMs: number) => attempt * 50 + previousMs),
  });
  const model = async (
    chosen: RetryOptions,
    calls: readonly (readonly object[])[],
    make: (policy: ReturnType<typeof createRetry>) => (call: () => Promise<string>) => Promise<string>,
  ) => {
    events.length = 0;
    const clock = instantClock();
    const budget = createRetryBudget({ capacity: 3, initial: 2, perSuccess: 0.5 });
    const retryable = (outcome: { ok: boolean; error?: unknown }) =>
      !outcome.ok && (outcome.error as { statusCode: number }).statusCode >= 500;
    const policy = createRetry({ ...chosen, clock, budget, retryable });
    const sendOrRun = make(policy);
    const ends: unknown[] = [];
    for (const failures of calls) {
      let attempts = 0;
      const attempt = async () => {
        const failure = failures[attempts++];
        if (failure !== undefined) throw { ...failure };
        return "ok";
      };
      const end = await sendOrRun(attempt).catch((error: unknown) => [error, retryReport(error)]);
      ends.push([end, attempts, clock.now(), budget.tokens]);
    }
    return { ends, events: [...events] };
  };
  await fc.assert(
    fc.asyncProperty(options, fc.array(call, { minLength: 1, maxLength: 6 }), async (chosen, calls) => {
      const ofRun = await model(chosen, calls, (policy) => (attempt) => policy.run(attempt));
      const ofStrategy = await model(chosen, calls, (policy) => {
        const strategy = retryStrategy(policy);
        return (attempt) => send(strategy, attempt);
      });
      expect(ofStrategy).toEqual(ofRun);
    }),
    { numRuns: 200 },
  );
});
