/** The examples of README.md, word for word, and the types that they promise. */
import middy from "@middy/core";
import { quota, rateLimit, slidingWindow } from "@midguard/rate-limit";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(rateLimit({ limits: [slidingWindow(10, "1s"), quota(1_000, "hour")] }))
  .handler(async ({ pathParameters }) => ({ statusCode: 200, body: `Hello ${pathParameters?.name}` }));

export const failedLogins = rateLimit<APIGatewayProxyEventV2>({
  name: "login",
  limits: slidingWindow(5, "15m", { strict: true }),
  skip: (event) => event.requestContext.http.method !== "POST",
  countIf: ({ statusCode }) => statusCode === 401,
});

import { tokenBucket } from "@midguard/rate-limit";

const free = [tokenBucket({ capacity: 5, refillPerSecond: 1 })];
const paid = [tokenBucket({ capacity: 100, refillPerSecond: 50 })];
export const byPlan = rateLimit<APIGatewayProxyEventV2>({
  key: (event) => event.headers["x-api-key"],
  limits: (event) => (event.headers["x-plan"] === "paid" ? paid : free),
});

import { createRateLimiter } from "@midguard/rate-limit";

const mails = createRateLimiter({ name: "mails", limits: [slidingWindow(3, "10m"), quota(20, "day")] });
const decision = await mails.take("user-7"); // { allowed, remaining, resetAfterMs, retryAfterMs, violated, limits }

import { redisStore } from "@midguard/rate-limit/redis";
import { createClient } from "redis";

const client = createClient({ url: "rediss://limits.example.com", socket: { reconnectStrategy: 500 } });
export const shared = rateLimit({
  limits: [slidingWindow(10, "1s"), quota(1_000, "day"), quota(20_000, "month")],
  store: redisStore({ client }),
});

import type { MiddlewareObj } from "@middy/core";
import type { Decision } from "@midguard/rate-limit";
import { expectTypeOf, test } from "vitest";

test("the examples keep their types", () => {
  expectTypeOf(handler).parameter(0).toEqualTypeOf<APIGatewayProxyEventV2>();
  expectTypeOf(failedLogins).toEqualTypeOf<MiddlewareObj<APIGatewayProxyEventV2>>();
  expectTypeOf(byPlan).toEqualTypeOf<MiddlewareObj<APIGatewayProxyEventV2>>();
  expectTypeOf(decision).toEqualTypeOf<Decision>();
});
