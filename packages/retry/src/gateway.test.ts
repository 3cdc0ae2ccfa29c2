/** How long the gateway in front of the function waits, and what that means for the policies of its handler. */
import { PassThrough, Readable, type Writable } from "node:stream";
import { text } from "node:stream/consumers";
import middy, { type MiddlewareObj } from "@middy/core";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import { currentInvocation } from "@midguard/kernel";
import { apiEvents, otherEvents } from "@midguard/kernel/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { constant, createRetry, retry, retryReport } from "./index.ts";

const quarterHour = 900_000;
const reserveMs = 100;
const patient = { attemptTimeoutMs: Infinity, maxRetries: 0, budget: false } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

/** A Lambda context with 15 minutes and a second left, the longest that a function may run and more. */
function context(timeoutMs: number = quarterHour + 1_000): object {
  const endsAt = Date.now() + timeoutMs;
  return { awsRequestId: "1", getRemainingTimeInMillis: () => endsAt - Date.now() };
}

function call(handler: unknown, event: unknown, lambda: object = context()): Promise<unknown> {
  return (handler as (event: unknown, context: object, third: object) => Promise<unknown>)(event, lambda, {
    signal: new AbortController().signal,
  });
}

/** A call that hangs until its attempt's time is up. Returns how long that took, in ms. */
async function hang(): Promise<number> {
  const startedAt = Date.now();
  await createRetry(patient)
    .run(({ signal }) => new Promise(() => void signal))
    .catch(() => {});
  return Date.now() - startedAt;
}

async function hangBehind(middleware: MiddlewareObj, event: unknown): Promise<unknown> {
  const hung = call(middy().use(middleware).handler(hang), event);
  await vi.advanceTimersByTimeAsync(quarterHour + 1_000);
  return hung;
}

describe("a call is ended before the gateway answers for the function", () => {
  test.each([
    ["rest", 29_000],
    ["websocket", 29_000],
    ["http", 30_000],
  ] as const)("%s: after %i ms by default", async (kind, gatewayMs) => {
    expect(await hangBehind(retry(), apiEvents[kind]())).toBe(gatewayMs - reserveMs);
  });

  test.each([10_000, 60_000, quarterHour])("after %i ms of gatewayTimeoutMs", async (gatewayTimeoutMs) => {
    for (const kind of ["rest", "http"] as const) {
      const hungMs = await hangBehind(retry({ gatewayTimeoutMs }), apiEvents[kind]());
      expect(hungMs).toBe(gatewayTimeoutMs - reserveMs);
    }
  });

  test("after the time in gatewayTimeoutMs, which wins over the environment's", async () => {
    vi.stubEnv("MIDGUARD_GATEWAY_TIMEOUT_MS", "40000");
    expect(await hangBehind(retry({ gatewayTimeoutMs: 60_000 }), apiEvents.rest())).toBe(60_000 - reserveMs);
  });

  test("and retries end then, too", async () => {
    const starts: number[] = [];
    const policy = createRetry({ budget: false, maxRetries: 10_000, backoff: constant(1_000) });
    const handler = middy()
      .use(retry({ gatewayTimeoutMs: 60_000, maxRetriesPerInvocation: 10_000, answerFailures: false }))
      .handler(() =>
        policy.run(() => {
          starts.push(Date.now());
          return Promise.reject(new Error("down"));
        }),
      );
    const startedAt = Date.now();
    const error = call(handler, apiEvents.rest()).catch((thrown: unknown) => thrown);
    await vi.advanceTimersByTimeAsync(quarterHour);
    expect(retryReport(await error)).toMatchObject({ attempts: 60, reason: "deadline" });
    expect(starts.at(-1)).toBe(startedAt + 59_000);
  });

  test.each([
    ["a queue", otherEvents.sqs?.()],
    ["a function URL", apiEvents.functionUrl()],
    ["a load balancer", apiEvents.alb()],
  ])("but not for %s, which no gateway waits for", async (_event, event) => {
    expect(await hangBehind(retry({ gatewayTimeoutMs: 10_000 }), event)).toBe(quarterHour + 1_000 - reserveMs);
  });
});

test("a nested handler shares the outer one's gateway timeout", async () => {
  const lambda = context();
  const event = apiEvents.rest();
  const nested = middy()
    .use(retry({ gatewayTimeoutMs: 10_000 }))
    .handler(() => currentInvocation()?.remainingMs());
  const outer = middy()
    .use(retry({ gatewayTimeoutMs: 60_000 }))
    .handler(() => call(nested, event, lambda));
  expect(await call(outer, event, lambda)).toBe(60_000);
});

test("a streamed response is not limited by the gateway: its body is read after the hooks", async () => {
  // As AWS's runtime client puts it on the global object.
  vi.stubGlobal("awslambda", {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: { from: (stream: Writable) => stream },
  });
  const policy = createRetry({ budget: false, backoff: constant(20_000), maxRetries: 4, attemptTimeoutMs: 40_000 });
  async function* body(): AsyncGenerator<string> {
    yield "first ";
    // Later than the 29 s of a REST API, a call still gets its attempts, and each of them its time.
    await new Promise((resolve) => setTimeout(resolve, 30_000));
    yield await policy.run(async ({ number, signal }) => {
      if (number < 3) throw new Error("down");
      await new Promise((resolve) => setTimeout(resolve, 35_000));
      return signal.aborted ? "aborted" : "last";
    });
  }
  const handler = middy({ executionMode: executionModeStreamifyResponse })
    .use(retry())
    .handler(async () => ({ statusCode: 200, body: Readable.from(body()) })) as unknown as (
    event: unknown,
    stream: Writable,
    context: object,
  ) => Promise<void>;
  const stream = new PassThrough();
  const received = text(stream);
  const done = handler(apiEvents.rest(), stream, context());
  await vi.advanceTimersByTimeAsync(200_000);
  await done;
  expect(await received).toBe("first last");
});
