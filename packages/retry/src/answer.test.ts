import middy from "@middy/core";
import httpErrorHandler from "@middy/http-error-handler";
import { apiEvents, lambdaContext, otherEvents } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import { type Attempt, constant, createRetry, type RetryOptions, retry } from "./index.ts";

// biome-ignore lint/suspicious/noExplicitAny: the shape of an answer differs by the kind of event.
type Answer = any;
type Call = (attempt: Attempt) => unknown;

function down(members: object = {}): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error("secret: db-7 is down"), members));
}

function hang({ signal }: Attempt): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener("abort", reject));
}

function handlerOf(call: Call, options: RetryOptions = {}, middlewareOptions: Parameters<typeof retry>[0] = {}) {
  const policy = createRetry({ budget: false, backoff: constant(0), attemptTimeoutMs: 20, ...options });
  return middy()
    .use(retry(middlewareOptions))
    .handler(() => policy.run(call));
}

function ask(handler: ReturnType<typeof handlerOf>, event: unknown = apiEvents.http(), timeoutMs = 3_000) {
  return handler(event, lambdaContext({ timeoutMs })) as Promise<Answer>;
}

const tooLate = {
  title: "Gateway Timeout",
  status: 504,
  detail: "A service that this request needs did not answer in time",
};
const failed = { title: "Bad Gateway", status: 502, detail: "A service that this request needs has failed" };

describe("an API request is answered", () => {
  test.each(["rest", "http", "functionUrl", "alb", "websocket"] as const)(
    "with 504 if an attempt timed out: %s",
    async (kind) => {
      const answer = await ask(handlerOf(hang, { maxRetries: 0 }), apiEvents[kind]());
      expect(answer.statusCode).toBe(504);
      expect(answer.headers).toEqual({ "Content-Type": "application/problem+json" });
      expect(JSON.parse(answer.body)).toEqual(tooLate);
    },
  );

  test("with 504 if no time was left for an attempt", async () => {
    const answer = await ask(handlerOf(down()), apiEvents.http(), 50);
    expect(JSON.parse(answer.body)).toEqual(tooLate);
  });

  test("with 504 at the edge, in its own shape", async () => {
    expect(await ask(handlerOf(hang, { maxRetries: 0 }), apiEvents.edge())).toMatchObject({ status: "504" });
  });

  test.each<[string, RetryOptions, Parameters<typeof retry>[0]]>([
    ["max-retries", { maxRetries: 1 }, {}],
    ["allowance", {}, { maxRetriesPerInvocation: 0 }],
    ["max-elapsed", { backoff: constant(1_000), maxElapsedMs: 100 }, {}],
    ["deadline", { backoff: constant(10_000) }, {}],
  ])("with 502 if a policy gave up: %s", async (_reason, options, middlewareOptions) => {
    const answer = await ask(handlerOf(down(), options, middlewareOptions));
    expect(answer.statusCode).toBe(502);
    expect(JSON.parse(answer.body)).toEqual(failed);
  });

  test("with 502 even if the dependency's error has a status", async () => {
    expect(await ask(handlerOf(down({ statusCode: 503 })))).toMatchObject({ statusCode: 502 });
  });

  test("also inside http-error-handler", async () => {
    const policy = createRetry({ budget: false, maxRetries: 0 });
    const handler = middy()
      .use(httpErrorHandler({ logger: false as never, fallbackMessage: "Sorry" }))
      .use(retry())
      .handler(() => policy.run(down()));
    expect(await ask(handler as never)).toMatchObject({ statusCode: 502 });
  });
});

describe("the error stays one", () => {
  test.each(Object.keys(otherEvents))("if the event is no API request: %s", async (kind) => {
    await expect(ask(handlerOf(down(), { maxRetries: 0 }), otherEvents[kind]?.())).rejects.toThrow("db-7");
    await expect(ask(handlerOf(hang, { maxRetries: 0 }), otherEvents[kind]?.())).rejects.toThrow("took longer");
  });

  test("if that is asked for", async () => {
    await expect(ask(handlerOf(down(), { maxRetries: 0 }, { answerFailures: false }))).rejects.toThrow("db-7");
    await expect(ask(handlerOf(hang, { maxRetries: 0 }, { answerFailures: false }))).rejects.toThrow("took longer");
  });

  test.each<[string, Call]>([
    ["that will not pass", down({ statusCode: 404 })],
    [
      "of a program",
      () => {
        throw new TypeError("x is not a function");
      },
    ],
    ["that is made for clients", down({ statusCode: 503, expose: true })],
  ])("if it is one %s", async (_name, call) => {
    await expect(ask(handlerOf(call, { maxRetries: 0 }))).rejects.toThrow(Error);
  });

  test("if no policy gave up with it", async () => {
    const handler = middy().use(retry()).handler(down());
    await expect(ask(handler as never)).rejects.toThrow("db-7");
  });

  test("if another middleware has answered", async () => {
    const policy = createRetry({ budget: false, maxRetries: 0 });
    const own = { statusCode: 200, body: "from the cache" };
    const handler = middy()
      .use(retry())
      .use({
        onError(request) {
          request.response = own;
        },
      })
      .handler(() => policy.run(down()));
    expect(await ask(handler as never)).toBe(own);
  });
});

test("failures of a batch fail the batch: SQS would take an answer with a status for a success", async () => {
  const policy = createRetry({ budget: false, maxRetries: 0 });
  const error = new Error("down");
  const handler = middy()
    .use(retry())
    .handler(() => policy.run(() => Promise.reject(error)));
  await expect(handler(otherEvents.sqs?.() as never, lambdaContext())).rejects.toBe(error);
});
