import { createHash } from "node:crypto";
import middy, { type MiddyfiedHandler } from "@middy/core";
import { logThrottled, rateLimit } from "@midguard/rate-limit";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { apiKeyLimiter, limiter, loginLimiter } from "./limits.ts";
import { isLogin } from "./login.ts";

type Event = APIGatewayProxyEventV2;
type Result = APIGatewayProxyStructuredResultV2;

const loginRoute = "POST /login";

// Off unless a secret is set: addresses are personal data, so the lines have their hashes.
if (process.env.LOG_SECRET) logThrottled({ hashSecret: process.env.LOG_SECRET });

/** The key's hash: a table of limits is no place for secrets. */
function apiKeyOf({ headers }: Event): string | undefined {
  const key = headers["x-api-key"];
  return key && createHash("sha256").update(key).digest("base64url");
}

function json(statusCode: number, body: unknown): Result {
  return { statusCode, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function answer({ routeKey, body }: Event): Promise<Result> {
  if (routeKey !== loginRoute) return json(200, { price: 42 });
  return isLogin(body) ? json(200, { message: "Welcome" }) : json(401, { message: "Wrong password" });
}

export const handler: MiddyfiedHandler<Event, Result> = middy<Event, Result>()
  .use(rateLimit<Event>(limiter))
  // Requests without an API key have the limits of their address only.
  .use(rateLimit<Event>({ ...apiKeyLimiter, key: apiKeyOf, onMissingKey: "allow", headers: "none" }))
  .use(
    rateLimit<Event>({
      ...loginLimiter,
      skip: ({ routeKey }) => routeKey !== loginRoute,
      countIf: ({ statusCode }) => statusCode === 401,
      headers: "none",
    }),
  )
  .handler(answer);
