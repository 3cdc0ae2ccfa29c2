import middy, { type MiddyfiedHandler } from "@middy/core";
import { subscribe } from "@midguard/kernel";
import { retry } from "@midguard/retry";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { stockOf } from "./stock.ts";

type Event = APIGatewayProxyEventV2;
type Result = APIGatewayProxyStructuredResultV2;

// A line for each move of a circuit: the alarm of the template counts those that opened.
subscribe((event) => {
  if (/^circuit\.(opened|closed)$/.test(event.type)) console.log(JSON.stringify(event));
});

async function answer({ pathParameters }: Event): Promise<Result> {
  const { stock, source } = await stockOf(pathParameters?.id ?? "");
  const headers = { "Content-Type": "application/json", "X-Source": source };
  if (stock === undefined) return { statusCode: 404, headers, body: JSON.stringify({ message: "No such article" }) };
  return { statusCode: 200, headers, body: JSON.stringify(stock) };
}

/** `retry` gives the regions' time limits the deadline of the invocation. Nothing is retried. */
export const handler: MiddyfiedHandler<Event, Result> = middy<Event, Result>().use(retry()).handler(answer);
