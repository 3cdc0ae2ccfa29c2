import { setTimeout } from "node:timers/promises";
import middy from "@middy/core";
import { warmup } from "@midguard/warmup";
import type { APIGatewayProxyEventV2 } from "aws-lambda";

export const handler = middy<APIGatewayProxyEventV2>()
  .use(warmup({ prime: () => setTimeout(25) }))
  .handler(async (event) => ({ statusCode: 200, body: `Hello ${event.pathParameters?.id}` }));
