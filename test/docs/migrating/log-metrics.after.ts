import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import middy from "@middy/core";
import { metrics } from "@midguard/metrics";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

const powertools = new Metrics({ namespace: "Shop", serviceName: "orders" });
const measured = metrics({ defaultsFrom: powertools });

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(measured)
  .use(logMetrics(powertools))
  .use(measured)
  .handler(async ({ pathParameters }) => {
    powertools.addMetric("OrdersRead", MetricUnit.Count, 1);
    return { statusCode: 200, body: `Order ${pathParameters?.id}` };
  });
