import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { MiddlewareObj, Request } from "@middy/core";

const begun = Symbol("begun");
type Measured = Request & { [begun]?: number };

/** Latency, Fault and Error of each request through Powertools, by service and by service and route, on one line. */
export function powertoolsByHand(): MiddlewareObj {
  const metrics = new Metrics({ namespace: "Shop", serviceName: "orders" });
  function write(request: Measured, statusCode: number): void {
    const { event, context, [begun]: startedAt = 0 } = request;
    metrics.addDimension("route", (event as { routeKey: string }).routeKey);
    metrics.addDimensions({});
    metrics.addMetric("Latency", MetricUnit.Milliseconds, Math.round((performance.now() - startedAt) * 100) / 100);
    metrics.addMetric("Fault", MetricUnit.Count, statusCode >= 500 ? 1 : 0);
    metrics.addMetric("Error", MetricUnit.Count, statusCode >= 400 && statusCode < 500 ? 1 : 0);
    metrics.addMetadata("requestId", context.awsRequestId);
    metrics.addMetadata("statusCode", statusCode as never);
    metrics.publishStoredMetrics();
  }
  return {
    before: (request: Measured) => {
      request[begun] = performance.now();
    },
    after: (request) => write(request, request.response.statusCode),
    onError: (request) => write(request, request.response?.statusCode ?? 500),
  };
}
