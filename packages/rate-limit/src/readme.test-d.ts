/** The examples of README.md, word for word, and the types that they promise. */
import middy from "@middy/core";
import { quota, rateLimit, slidingWindow } from "@midguard/rate-limit";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(rateLimit({ limits: [slidingWindow(10, "1s"), quota(1_000, "hour")] }))
  .handler(async ({ pathParameters }) => ({ statusCode: 200, body: `Hello ${pathParameters?.name}` }));

import { clientAddress } from "@midguard/rate-limit";

export const byApiKey = [
  rateLimit<APIGatewayProxyEventV2>({ name: "address", limits: slidingWindow(50, "1s") }),
  rateLimit<APIGatewayProxyEventV2>({
    name: "api-key",
    limits: quota(10_000, "day"),
    key: (event) => event.headers["x-api-key"],
    onMissingKey: { statusCode: 401, headers: { "WWW-Authenticate": "ApiKey" } },
  }),
];

const forAll = slidingWindow(100, "1m", { name: "all" });
const search = [forAll, slidingWindow(10, "1m", { name: "search" })];
export const byRoute = rateLimit<APIGatewayProxyEventV2>({
  limits: (event) => (event.routeKey === "GET /search" ? search : forAll),
});

export const failedLogins = rateLimit<APIGatewayProxyEventV2>({
  name: "login",
  limits: slidingWindow(5, "15m", { strict: true }),
  headers: "none",
  skip: (event) => event.requestContext.http.method !== "POST",
  countIf: ({ statusCode }) => statusCode === 401,
});
export const forgetFailures = (event: APIGatewayProxyEventV2) => failedLogins.reset(clientAddress(event));

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

import { logThrottled } from "@midguard/rate-limit";

logThrottled({ perSecond: 5 });

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoDbStore } from "@midguard/rate-limit/dynamodb";

const store = dynamoDbStore({ client: new DynamoDBClient(), tableName: "limits" });
export const perClient = rateLimit({
  store,
  limits: [slidingWindow(10, "1s"), quota(1_000, "day"), quota(20_000, "month")],
});

import { redisStore } from "@midguard/rate-limit/redis";
import { createClient } from "redis";

const client = createClient({ url: "rediss://limits.example.com", socket: { reconnectStrategy: 500 } });
export const shared = rateLimit({
  limits: [slidingWindow(10, "1s"), quota(1_000, "day"), quota(20_000, "month")],
  store: redisStore({ client }),
});

import type { Decision, RateLimitMiddleware } from "@midguard/rate-limit";
import { expectTypeOf, test } from "vitest";

test("the examples keep their types", () => {
  expectTypeOf(handler).parameter(0).toEqualTypeOf<APIGatewayProxyEventV2>();
  expectTypeOf(failedLogins).toEqualTypeOf<RateLimitMiddleware<APIGatewayProxyEventV2>>();
  expectTypeOf(byPlan).toEqualTypeOf<RateLimitMiddleware<APIGatewayProxyEventV2>>();
  expectTypeOf(decision).toEqualTypeOf<Decision>();
});
