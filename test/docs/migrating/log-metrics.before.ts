import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

const powertools = new Metrics({ namespace: "Shop", serviceName: "orders" });

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(logMetrics(powertools, { captureColdStartMetric: true }))
  .handler(async ({ routeKey, pathParameters }) => {
    const startedAt = performance.now();
    powertools.addMetric("OrdersRead", MetricUnit.Count, 1);
    try {
      return { statusCode: 200, body: `Order ${pathParameters?.id}` };
    } finally {
      const latency = powertools.singleMetric();
      latency.addDimension("route", routeKey);
      latency.addMetric("Latency", MetricUnit.Milliseconds, performance.now() - startedAt);
    }
  });
