import middy, { type MiddyfiedHandler } from "@middy/core";
import { circuitBreaker } from "@midguard/circuit-breaker";
import { subscribe } from "@midguard/kernel";
import { retry } from "@midguard/retry";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { circuits, pageOf } from "./page.ts";

type Event = APIGatewayProxyEventV2;
type Result = APIGatewayProxyStructuredResultV2;

// A line for each circuit that opens or closes: an alarm of the template counts those that opened.
subscribe((event) => {
  if (/^circuit\.(opened|closed)$/.test(event.type)) console.log(JSON.stringify(event));
});

async function answer({ pathParameters }: Event): Promise<Result> {
  const { parts, missing, isEnough } = await pageOf(pathParameters?.id ?? "");
  const headers = {
    "Content-Type": "application/json",
    "Cache-Control": missing.length === 0 ? "max-age=10" : "no-store",
  };
  if (isEnough) return { statusCode: 200, headers, body: JSON.stringify({ parts, missing }) };
  const body = JSON.stringify({ message: "Too much of the page is missing", missing });
  return { statusCode: 503, headers: { ...headers, "Retry-After": "2" }, body };
}

/** One deadline for all parts, and two retries for all of them together. */
export const handler: MiddyfiedHandler<Event, Result> = middy<Event, Result>()
  .use(retry({ maxRetriesPerInvocation: 2 }))
  .use(circuitBreaker({ breakers: [circuits] }))
  .handler(answer);
