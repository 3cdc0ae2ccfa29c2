import { setTimeout } from "node:timers/promises";
import type { APIGatewayProxyEventV2 } from "aws-lambda";

export async function handler(event: APIGatewayProxyEventV2 & { source?: string }) {
  if (event.source === "serverless-plugin-warmup") {
    await setTimeout(25); // So that pings that run at once reach several environments.
    return "warm";
  }
  return { statusCode: 200, body: `Hello ${event.pathParameters?.id}` };
}
