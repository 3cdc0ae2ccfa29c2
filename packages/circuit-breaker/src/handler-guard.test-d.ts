import middy from "@middy/core";
import { circuitBreaker, createCircuitBreaker } from "@midguard/circuit-breaker";
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyHandlerV2,
  APIGatewayProxyStructuredResultV2,
  Context,
  SQSBatchResponse,
  SQSEvent,
} from "aws-lambda";
import { expectTypeOf, test } from "vitest";

const orders = createCircuitBreaker({ name: "orders" });

test("a guarded handler has the types of the handler, with Middy's signal", () => {
  async function createOrder(
    event: APIGatewayProxyEventV2,
    _context: Context,
    { signal }: { signal: AbortSignal },
  ): Promise<APIGatewayProxyStructuredResultV2> {
    return { statusCode: signal.aborted ? 504 : 201, body: event.rawPath };
  }
  expectTypeOf(orders.wrap(createOrder)).toEqualTypeOf<typeof createOrder>();
  const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(circuitBreaker({ breakers: [orders] }))
    .handler(orders.wrap(createOrder));
  expectTypeOf(handler).parameter(0).toEqualTypeOf<APIGatewayProxyEventV2>();
  expectTypeOf(handler).toExtend<APIGatewayProxyHandlerV2<APIGatewayProxyStructuredResultV2>>();
  const call = (event: APIGatewayProxyEventV2, context: Context) => handler(event, context);
  expectTypeOf(call).returns.resolves.toEqualTypeOf<APIGatewayProxyStructuredResultV2>();
  // @ts-expect-error: an event of another kind is refused, so the event's type has not become `any`.
  handler({ Records: [] }, {} as Context);
});

test("a handler whose types do not fit the chain is refused, wrapped or not", () => {
  const queue = async (event: SQSEvent): Promise<SQSBatchResponse> => ({ batchItemFailures: [], ...event });
  const chain = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>().use(circuitBreaker());
  // @ts-expect-error: the event of a queue is no API request.
  chain.handler(orders.wrap(queue));
  expectTypeOf(middy<SQSEvent, SQSBatchResponse>().handler(orders.wrap(queue)))
    .parameter(0)
    .toEqualTypeOf<SQSEvent>();
});
