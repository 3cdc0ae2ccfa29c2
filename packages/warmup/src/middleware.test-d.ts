import middy, { type MiddlewareObj } from "@middy/core";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import type {
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyHandlerV2,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
  Context,
} from "aws-lambda";
import { describe, expectTypeOf, test } from "vitest";
import { isRehearsal, isWarmupPing, type Rehearsal, rehearse, type WarmupPing, warmup } from "./index.ts";

const recordedV1 = apiEvents.rest() as unknown as APIGatewayProxyEvent;
const recordedV2 = apiEvents.http() as unknown as APIGatewayProxyEventV2;

async function primeV1(): Promise<void> {
  await rehearse(handlerV1, recordedV1);
}

// The return type can be inferred.
async function primeV2(signal: AbortSignal) {
  const { statusCode, error } = await rehearse(handlerV2, recordedV2);
  if (error !== undefined || statusCode !== 200 || signal.aborted) throw new Error("rehearsal failed");
}

const handlerV1 = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
  .use(warmup({ prime: primeV1 }))
  .handler(async (event) => {
    expectTypeOf(event).toEqualTypeOf<APIGatewayProxyEvent>();
    return { statusCode: 200, body: event.path };
  });

const handlerV2 = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(warmup({ prime: primeV2 }))
  .handler(async (event: APIGatewayProxyEventV2, context: Context) => {
    expectTypeOf(event).toEqualTypeOf<APIGatewayProxyEventV2>();
    return { statusCode: isRehearsal() ? 204 : 200, body: context.awsRequestId };
  });

describe("a handler behind warmup", () => {
  test("keeps its event and result, and accepts a plain context in a test", () => {
    expectTypeOf(handlerV1).parameter(0).toEqualTypeOf<APIGatewayProxyEvent>();
    expectTypeOf(handlerV2).parameter(0).toEqualTypeOf<APIGatewayProxyEventV2>();
    const context: Context = lambdaContext();
    expectTypeOf(handlerV1(recordedV1, context)).resolves.toEqualTypeOf<APIGatewayProxyResult>();
    expectTypeOf(handlerV2(recordedV2, context)).resolves.toEqualTypeOf<APIGatewayProxyStructuredResultV2>();
    expectTypeOf(handlerV2).toExtend<APIGatewayProxyHandlerV2>();
  });

  test("has the bare type of a middleware", () => {
    expectTypeOf(warmup()).toEqualTypeOf<MiddlewareObj>();
  });
});

describe("rehearse", () => {
  test("accepts the handler's own kind of event and no other", () => {
    expectTypeOf(rehearse(handlerV2, recordedV2)).resolves.toEqualTypeOf<Rehearsal>();
    // @ts-expect-error a REST event for an HTTP API's handler
    void rehearse(handlerV2, recordedV1);
  });

  test("accepts AWS's own handler type, and a bare function", () => {
    const annotated: APIGatewayProxyHandlerV2 = async () => "done";
    void rehearse(annotated, recordedV2);
    void rehearse((event: { id: number }) => event.id, { id: 7 });
  });
});

test("options are typed", () => {
  // @ts-expect-error an async test
  warmup({ isWarmup: async () => true });
  // @ts-expect-error unknown option
  warmup({ primeTimeout: 5 });
  warmup({ isWarmup: (event) => isWarmupPing(event), maxAgeMs: 1_000 });
  expectTypeOf<WarmupPing["warmup"]>().toEqualTypeOf<true>();
});
