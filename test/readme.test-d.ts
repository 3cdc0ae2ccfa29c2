/** The example of README.md, which `readme-examples.test.ts` compares with it, and what it promises of types. */
import middy from "@middy/core";
import httpErrorHandler from "@middy/http-error-handler";
import httpJsonBodyParser from "@middy/http-json-body-parser";
import { circuitBreaker, createCircuitBreaker } from "@midguard/circuit-breaker";
import { metrics } from "@midguard/metrics";
import { quota, rateLimit, slidingWindow } from "@midguard/rate-limit";
import { createRetry, retry } from "@midguard/retry";
import { warmup } from "@midguard/warmup";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

const measured = metrics({ namespace: "Shop", service: "orders" });
const policy = createRetry({ name: "payments" });
const payments = createCircuitBreaker({ name: "payments" });

async function createOrder(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const charge = await policy.run(({ signal }) => payments.run(() => pay(event, signal)));
  return { statusCode: 201, body: JSON.stringify(charge) };
}

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(measured)
  .use([warmup(), measured, rateLimit({ limits: [slidingWindow(10, "1s"), quota(1_000, "hour")] })])
  .use([retry(), circuitBreaker({ breakers: [payments] })])
  .handler(createOrder);

import type {
  APIGatewayProxyEvent,
  APIGatewayProxyHandler,
  APIGatewayProxyHandlerV2,
  APIGatewayProxyResult,
  Context,
} from "aws-lambda";
import { expectTypeOf, test } from "vitest";

declare function pay(event: APIGatewayProxyEventV2, signal: AbortSignal): Promise<{ id: string }>;

/** Keeps 4xx out of the log: every 429 of a flood is one. */
function onlyServerErrors(error: Error & { statusCode?: number }): void {
  if ((error.statusCode ?? 500) >= 500) console.error(error);
}

test("keeps the types of an HTTP API's handler", () => {
  const event = {} as APIGatewayProxyEventV2;
  const context = {} as Context;
  expectTypeOf(handler(event, context)).resolves.toEqualTypeOf<APIGatewayProxyStructuredResultV2>();
  expectTypeOf(handler).toExtend<APIGatewayProxyHandlerV2<APIGatewayProxyStructuredResultV2>>();
  // @ts-expect-error an event of another kind is refused, so the event's type has not become `any`
  handler({ Records: [] }, context);
});

test("keeps the types of a REST API's handler", () => {
  const rest = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(warmup({ prime: async () => {} }))
    .use(metrics({ namespace: "Shop", service: "orders" }))
    .use(
      rateLimit({
        limits: slidingWindow(10, "1s"),
        key: (event: APIGatewayProxyEvent) => event.requestContext.apiId,
      }),
    )
    .use(retry())
    .use(circuitBreaker({ breakers: [payments] }))
    .use(httpJsonBodyParser())
    .use(httpErrorHandler({ logger: onlyServerErrors }))
    .handler(async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
      return { statusCode: 200, body: event.resource };
    });
  const context = {} as Context;
  expectTypeOf(rest({} as APIGatewayProxyEvent, context)).resolves.toEqualTypeOf<APIGatewayProxyResult>();
  expectTypeOf(rest).toExtend<APIGatewayProxyHandler>();
  // @ts-expect-error an event of another kind is refused
  rest({} as APIGatewayProxyEventV2, context);
});
