/** The examples of README.md, word for word, and what the types promise. */
import middy from "@middy/core";
import { createRetry, retry } from "@midguard/retry";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

const payments = createRetry({ name: "payments", attemptTimeoutMs: 1_000 });

async function createOrder(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const body = event.body ?? null;
  const { ok } = await payments.run(({ signal }) =>
    fetch("https://payments.example.com/orders/7", { method: "PUT", body, signal }),
  );
  return { statusCode: ok ? 201 : 502 };
}

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(retry())
  .handler(createOrder);

declare const event: APIGatewayProxyEventV2;
declare const breaker: { run<T>(call: () => Promise<T>): Promise<T> };
declare function charge(event: APIGatewayProxyEventV2, signal: AbortSignal): Promise<{ id: string }>;

import { retryFetch } from "@midguard/retry/fetch";

const fetchProfile = retryFetch(createRetry({ name: "profiles", attemptTimeoutMs: 800 }));
const response = await fetchProfile("https://profiles.example.com/7");

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { retryStrategy } from "@midguard/retry/aws-sdk";

const client = new DynamoDBClient({
  retryStrategy: retryStrategy(createRetry({ name: "table" })),
  requestHandler: { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true },
});

client.middlewareStack.add((next) => (args) => breaker.run(() => next(args)), {
  name: "circuitBreaker",
  step: "deserialize",
  priority: "high",
});

import { createRetryBudget, decorrelated, isRetryable } from "@midguard/retry";

const jobs = createRetry({
  name: "jobs",
  maxRetries: 5,
  backoff: decorrelated({ baseMs: 200, maxMs: 5_000 }),
  retryable: (outcome) => isRetryable(outcome) || (outcome.ok && outcome.value === "PENDING"),
  budget: createRetryBudget({ capacity: 10 }),
});

import { retryReport } from "@midguard/retry";

try {
  await payments.run(({ signal }) => charge(event, signal));
} catch (error) {
  console.error("charge failed", { error, ...retryReport(error) }); // attempts, elapsedMs, reason
  throw error;
}

import { subscribe } from "@midguard/kernel";

subscribe((event) => {
  if (event.type === "retry.exhausted") console.warn(event.source, event.reason, event.attempts);
});

import type { Attempt, Backoff, Retry, RetryReport } from "@midguard/retry";
import type { APIGatewayProxyEvent, APIGatewayProxyHandler, APIGatewayProxyResult, Context } from "aws-lambda";
import { expectTypeOf, test } from "vitest";

test("the examples keep the types of the handler and of fetch", () => {
  expectTypeOf(handler).parameter(0).toEqualTypeOf<APIGatewayProxyEventV2>();
  expectTypeOf(handler).parameter(1).toEqualTypeOf<Context>();
  expectTypeOf(fetchProfile).toEqualTypeOf<typeof globalThis.fetch>();
  expectTypeOf(response).toEqualTypeOf<Response>();
  expectTypeOf(client).toEqualTypeOf<DynamoDBClient>();
  expectTypeOf(jobs).toEqualTypeOf<Retry>();
  expectTypeOf(retryReport).returns.toEqualTypeOf<RetryReport | undefined>();
});

test("a run has the type of its call, synchronous or not", () => {
  const { run } = createRetry();
  expectTypeOf(run(() => 7)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(run(async () => "seven")).toEqualTypeOf<Promise<string>>();
  expectTypeOf(run((attempt) => Promise.resolve(attempt))).toEqualTypeOf<Promise<Attempt>>();
  const handler: APIGatewayProxyHandler = async () => ({ statusCode: 200, body: "" });
  const call = (event: APIGatewayProxyEvent, context: Context) => run(() => handler(event, context, () => {}));
  expectTypeOf(call).returns.toEqualTypeOf<Promise<APIGatewayProxyResult>>();
  // @ts-expect-error: a policy needs something to call.
  void run();
});

test("bad options are refused by the compiler", () => {
  // @ts-expect-error: not a number.
  createRetry({ maxRetries: "3" });
  // @ts-expect-error: no such option.
  createRetry({ retries: 3 });
  // @ts-expect-error: `true` says nothing.
  createRetry({ budget: true });
  expectTypeOf<Backoff>().returns.toEqualTypeOf<number>();
});
