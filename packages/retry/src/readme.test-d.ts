import middy from "@middy/core";
import { subscribe } from "@midguard/kernel";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { expectTypeOf, test } from "vitest";
import { retryFetch } from "./fetch.ts";
import {
  type Attempt,
  type Backoff,
  createRetry,
  createRetryBudget,
  decorrelated,
  isRetryable,
  type Retry,
  type RetryReport,
  retry,
  retryReport,
} from "./index.ts";

declare function charge(event: APIGatewayProxyEventV2, signal: AbortSignal): Promise<{ id: string }>;

test("the README's first example", () => {
  const payments = createRetry({ name: "payments", attemptTimeoutMs: 1_000 });

  async function createOrder(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
    const { id } = await payments.run(({ signal }) => charge(event, signal));
    return { statusCode: 201, body: JSON.stringify({ id }) };
  }

  const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>().use(retry()).handler(createOrder);

  expectTypeOf(handler).parameter(0).toEqualTypeOf<APIGatewayProxyEventV2>();
  expectTypeOf(handler).parameter(1).toEqualTypeOf<Context>();
});

test("the README's fetch", async () => {
  const fetchProfile = retryFetch(createRetry({ name: "profiles", attemptTimeoutMs: 800 }));
  const response = await fetchProfile("https://profiles.example.com/7");

  expectTypeOf(fetchProfile).toEqualTypeOf<typeof globalThis.fetch>();
  expectTypeOf(response).toEqualTypeOf<Response>();
});

test("the README's own rules", async () => {
  const jobs = createRetry({
    name: "jobs",
    maxRetries: 5,
    backoff: decorrelated({ baseMs: 200, maxMs: 5_000 }),
    retryable: (failure) => isRetryable(failure) || ("value" in failure && failure.value === "PENDING"),
    budget: createRetryBudget({ capacity: 10 }),
  });

  expectTypeOf(jobs).toEqualTypeOf<Retry>();
});

test("the README's report", async () => {
  const payments = createRetry();
  try {
    await payments.run(() => charge({} as APIGatewayProxyEventV2, AbortSignal.timeout(5)));
  } catch (error) {
    console.error("charge failed", { error, ...retryReport(error) });
    throw error;
  }

  expectTypeOf(retryReport).returns.toEqualTypeOf<RetryReport | undefined>();
});

test("the README's events", () => {
  subscribe((event) => {
    if (event.type === "retry.exhausted") console.warn(event.source, event.reason, event.attempts);
  });
});

test("a run has the type of its call, synchronous or not", () => {
  const { run } = createRetry();
  expectTypeOf(run(() => 7)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(run(async () => "seven")).toEqualTypeOf<Promise<string>>();
  expectTypeOf(run((attempt) => Promise.resolve(attempt))).toEqualTypeOf<Promise<Attempt>>();
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
