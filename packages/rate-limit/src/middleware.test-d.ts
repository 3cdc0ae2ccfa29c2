import middy from "@middy/core";
import type {
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyHandler,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
  Context,
} from "aws-lambda";
import { describe, expectTypeOf, it } from "vitest";
import { quota, type RateLimitMiddleware, type RequestOutcome, rateLimit, slidingWindow } from "./index.ts";

const context = {} as Context;

describe("the types of rateLimit", () => {
  it("keep a v2 handler's event and result", async () => {
    const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
      .use(rateLimit({ limits: quota(1, "day") }))
      .handler(async (event) => {
        expectTypeOf(event).toEqualTypeOf<APIGatewayProxyEventV2>();
        return { statusCode: 200 };
      });
    expectTypeOf(await handler({} as APIGatewayProxyEventV2, context)).toExtend<APIGatewayProxyStructuredResultV2>();
  });

  it("keep a v1 handler's event and result, and give the event to the options", async () => {
    const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
      .use(
        rateLimit<APIGatewayProxyEvent>({
          limits: [slidingWindow(1, "5m"), quota(1, "day")],
          key: (event, { awsRequestId }) => event.requestContext.identity.apiKey ?? awsRequestId,
          cost: (event) => event.path.length,
        }),
      )
      .handler(async (event) => {
        expectTypeOf(event).toEqualTypeOf<APIGatewayProxyEvent>();
        return { statusCode: 200, body: "" };
      });
    expectTypeOf(await handler({} as APIGatewayProxyEvent, context)).toExtend<APIGatewayProxyResult>();
  });

  it("refuse a v1 key on a v2 handler", () => {
    const byResource = rateLimit({ limits: quota(1, "day"), key: (event: APIGatewayProxyEvent) => event.resource });
    expectTypeOf(byResource).toEqualTypeOf<RateLimitMiddleware<APIGatewayProxyEvent>>();
    const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
      .use(byResource)
      .handler(async () => ({ statusCode: 200 }));
    // @ts-expect-error The key reads v1 events.
    expectTypeOf(() => handler({} as APIGatewayProxyEventV2, context)).toBeFunction();
    // @ts-expect-error The event is v2, and the key reads v1 events.
    expectTypeOf(() => rateLimit<APIGatewayProxyEventV2>({ limits: quota(1, "day"), key: (event) => event.resource }));
  });

  it("refuse the handler of a chain for other events, once it is used: `.use()` itself accepts any middleware", () => {
    const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
      .use(rateLimit<APIGatewayProxyEventV2>({ limits: quota(1, "day") }))
      .handler(async () => ({ statusCode: 200, body: "" }));
    // @ts-expect-error A v1 event is no v2 event.
    expectTypeOf(() => handler({} as APIGatewayProxyEvent, context)).toBeFunction();
    // @ts-expect-error Nor is the handler one for v1 events.
    expectTypeOf<APIGatewayProxyHandler>(handler).toBeFunction();
  });

  it("give countIf the outcome of a request", () => {
    rateLimit({
      limits: quota(1, "day"),
      countIf: (outcome) => {
        expectTypeOf(outcome).toEqualTypeOf<RequestOutcome>();
        return outcome.statusCode === 401;
      },
    });
  });

  it("refuse unknown windows and units", () => {
    // @ts-expect-error
    expectTypeOf(() => slidingWindow(1, "1 fortnight")).toBeFunction();
    // @ts-expect-error
    expectTypeOf(() => quota(1, "decade")).toBeFunction();
  });
});
