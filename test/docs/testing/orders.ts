import middy from "@middy/core";
import { circuitBreaker, consecutiveFailures, createCircuitBreaker } from "@midguard/circuit-breaker";
import type { Clock } from "@midguard/kernel";
import { rateLimit, slidingWindow } from "@midguard/rate-limit";
import { createRetry, createRetryBudget, retry } from "@midguard/retry";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";

type Pay = (order: string, signal: AbortSignal) => Promise<string>;

export function createOrders(pay: Pay, clock?: Clock) {
  const policy = createRetry({ name: "payments", budget: createRetryBudget({ initial: 3 }), clock });
  const payments = createCircuitBreaker({ name: "payments", trip: consecutiveFailures(3), openMs: 1_000, clock });
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(rateLimit({ limits: slidingWindow(2, "1m"), clock }))
    .use([retry(), circuitBreaker({ breakers: [payments] })])
    .handler(async ({ body = "" }) => {
      const receipt = await policy.run(({ signal }) => payments.run(() => pay(body, signal)));
      return { statusCode: 201, body: receipt };
    });
}
