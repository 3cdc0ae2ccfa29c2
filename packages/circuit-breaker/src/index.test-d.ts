import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import middy, { type MiddlewareObj } from "@middy/core";
import type { Clock } from "@midguard/kernel";
import type {
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyHandler,
  APIGatewayProxyHandlerV2,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
  Context,
  SQSHandler,
} from "aws-lambda";
import { expectTypeOf, test } from "vitest";
import { breakerFetch } from "./fetch.ts";
import {
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitOpenError,
  type CircuitSnapshot,
  type CircuitStatus,
  circuitBreaker,
  createCircuitBreaker,
  createCircuitBreakers,
  createCircuitControl,
  isCircuitOpenError,
} from "./index.ts";
import { dynamoDbCircuitStore } from "./stores/dynamodb/index.ts";
import { redisCircuitStore } from "./stores/redis/index.ts";
import { memoryCircuitStore } from "./testing/index.ts";

const payments = createCircuitBreaker({ name: "payments" });

test("run keeps the type of what the call returns", () => {
  expectTypeOf(payments.run(async () => 7)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(payments.run(() => "ok")).toEqualTypeOf<Promise<string>>();
  expectTypeOf(payments.run(() => fetch("https://example.com"))).toEqualTypeOf<Promise<Response>>();
});

test("a fallback adds its type to that of the call", () => {
  const priced = async () => ({ price: 7 });
  expectTypeOf(payments.run(priced, { fallback: () => undefined })).resolves.toEqualTypeOf<
    { price: number } | undefined
  >();
  expectTypeOf(payments.run(priced, { fallback: async () => null })).resolves.toEqualTypeOf<{ price: number } | null>();
  expectTypeOf(payments.run(priced, { fallback: (rejection) => rejection.retryAfterMs })).resolves.toEqualTypeOf<
    { price: number } | number
  >();
  expectTypeOf(payments.run(async () => ["tea"], { fallback: () => [] })).resolves.toExtend<string[]>();
  const cut = async (): Promise<number> => 7;
  const throws = (): never => {
    throw new Error("none");
  };
  expectTypeOf(payments.run(cut, { fallback: throws })).toEqualTypeOf<Promise<number>>();
  const { signal } = new AbortController();
  expectTypeOf(payments.run(cut, { signal })).toEqualTypeOf<Promise<number>>();
  expectTypeOf(payments.run(cut, { signal, fallback: undefined })).toEqualTypeOf<Promise<number>>();
  expectTypeOf(payments.run(cut, {})).toEqualTypeOf<Promise<number>>();
  // @ts-expect-error: no such option.
  void payments.run(cut, { timeout: 7 });
});

test("a fallback of wrap gets the rejection and the arguments", () => {
  const charge = payments.wrap(async (cents: number, to: string) => ({ cents, to }), {
    fallback: (rejection, cents, to) => {
      expectTypeOf(rejection).toEqualTypeOf<CircuitOpenError>();
      expectTypeOf(cents).toEqualTypeOf<number>();
      expectTypeOf(to).toEqualTypeOf<string>();
      return "later" as const;
    },
  });
  expectTypeOf(charge).parameters.toEqualTypeOf<[cents: number, to: string]>();
  expectTypeOf(charge).returns.resolves.toEqualTypeOf<{ cents: number; to: string } | "later">();
  const sum = async (cents: number, to: string) => cents + to;
  const wrong = (_: CircuitOpenError, cents: number, to: number) => cents + to;
  // @ts-expect-error: the second argument of the call is a string.
  payments.wrap(sum, { fallback: wrong });
});

test("a family gives circuit breakers, and the middleware takes both", () => {
  const tenants = createCircuitBreakers({ name: "tenants", maxCircuits: 9, openMs: undefined });
  expectTypeOf(tenants.for("a")).toEqualTypeOf<CircuitBreaker>();
  expectTypeOf(circuitBreaker).toBeCallableWith({ breakers: [payments, tenants] });
  // @ts-expect-error: one state cannot be that of all.
  createCircuitBreakers({ name: "tenants", initialState: payments.toJSON() });
});

test("stores fit breakers, families and the control", () => {
  type Store = NonNullable<CircuitBreakerOptions["store"]>;
  expectTypeOf(dynamoDbCircuitStore).returns.toExtend<Store>();
  expectTypeOf(redisCircuitStore).returns.toExtend<Store>();
  expectTypeOf(memoryCircuitStore).returns.toExtend<Store>();
  const store = memoryCircuitStore();
  expectTypeOf(createCircuitBreakers).toBeCallableWith({ name: "tenants", store });
  expectTypeOf(createCircuitControl({ store }).list).returns.resolves.toEqualTypeOf<readonly CircuitStatus[]>();
  expectTypeOf(dynamoDbCircuitStore).toBeCallableWith({ client: new DynamoDBClient(), tableName: "circuits" });
});

test("isolate and release return promises", () => {
  expectTypeOf(payments.isolate).returns.toEqualTypeOf<Promise<void>>();
  expectTypeOf(payments.release).returns.toEqualTypeOf<Promise<void>>();
});

test("breakerFetch has the type of fetch, and takes one", () => {
  const guarded = breakerFetch(createCircuitBreakers({ name: "http" }), fetch);
  expectTypeOf(guarded).toEqualTypeOf<typeof globalThis.fetch>();
  expectTypeOf(guarded("https://example.com")).toEqualTypeOf<Promise<Response>>();
  // @ts-expect-error: one circuit is no family.
  breakerFetch(payments);
});

test("wrap keeps parameters and result", () => {
  const charge = payments.wrap(async (cents: number, to?: string) => ({ cents, to }));
  expectTypeOf(charge).parameters.toEqualTypeOf<[cents: number, to?: string | undefined]>();
  expectTypeOf(charge).returns.toEqualTypeOf<Promise<{ cents: number; to: string | undefined }>>();
});

test("a wrapped handler fits a chain for REST v1 and HTTP v2, and can be called with a plain Context", () => {
  async function createV2(event: APIGatewayProxyEventV2, context: Context): Promise<APIGatewayProxyStructuredResultV2> {
    return { statusCode: 201, body: event.rawPath + context.awsRequestId };
  }
  async function createV1(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
    return { statusCode: 201, body: event.path };
  }
  const v2 = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(circuitBreaker({ breakers: [payments] }))
    .handler(payments.wrap(createV2));
  const v1 = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(circuitBreaker({ breakers: [payments] }))
    .handler(payments.wrap(createV1));
  expectTypeOf(v2).parameter(0).toEqualTypeOf<APIGatewayProxyEventV2>();
  expectTypeOf(v1).parameter(0).toEqualTypeOf<APIGatewayProxyEvent>();
  const call = (event: APIGatewayProxyEventV2, context: Context) => v2(event, context);
  expectTypeOf(call).returns.resolves.toEqualTypeOf<APIGatewayProxyStructuredResultV2>();
});

test("handlers of AWS's own types can be guarded, though these may give nothing", () => {
  const handlerV2: APIGatewayProxyHandlerV2 = async () => ({ statusCode: 200 });
  const handlerV1: APIGatewayProxyHandler = async () => ({ statusCode: 200, body: "" });
  const queue: SQSHandler = async () => {};
  expectTypeOf(payments.wrap(handlerV2)).toExtend<APIGatewayProxyHandlerV2>();
  expectTypeOf(payments.wrap(handlerV1)).returns.resolves.toEqualTypeOf<APIGatewayProxyResult>();
  expectTypeOf(payments.wrap(queue)).toExtend<SQSHandler>();
  const call = (event: APIGatewayProxyEvent, context: Context) =>
    payments.run(() => handlerV1(event, context, () => {}));
  expectTypeOf(call).returns.toEqualTypeOf<Promise<APIGatewayProxyResult>>();
  expectTypeOf(payments.run(() => {})).toEqualTypeOf<Promise<void>>();
  // @ts-expect-error: no function.
  void payments.run(fetch("https://example.com"));
});

test("the middleware is the bare MiddlewareObj", () => {
  expectTypeOf(circuitBreaker).returns.toEqualTypeOf<MiddlewareObj>();
});

test("what is saved can be loaded, and a Clock of the kernel is a clock", () => {
  expectTypeOf(payments.toJSON()).toEqualTypeOf<CircuitSnapshot>();
  expectTypeOf<CircuitSnapshot>().toExtend<NonNullable<CircuitBreakerOptions["initialState"]>>();
  expectTypeOf<Clock>().toExtend<NonNullable<CircuitBreakerOptions["clock"]>>();
});

test("the guard narrows to the error's fields", () => {
  const error: unknown = undefined;
  if (isCircuitOpenError(error)) expectTypeOf(error.retryAfterMs).toEqualTypeOf<number>();
});
