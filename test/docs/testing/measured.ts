import middy from "@middy/core";
import { metrics } from "@midguard/metrics";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

const measured = metrics({ namespace: "Shop", service: "orders" });

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(measured)
  .use(measured)
  .handler(async ({ body }) => ({ statusCode: body === "tea" ? 503 : 201 }));
