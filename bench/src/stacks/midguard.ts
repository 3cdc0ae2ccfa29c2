import middy from "@middy/core";
import { circuitBreaker, createCircuitBreaker } from "@midguard/circuit-breaker";
import { metrics } from "@midguard/metrics";
import { rateLimit, slidingWindow } from "@midguard/rate-limit";
import { createRetry, retry } from "@midguard/retry";
import { warmup } from "@midguard/warmup";
import { answered, downstream, limit } from "./answer.ts";

const breaker = createCircuitBreaker({ name: "downstream" });
const policy = createRetry({ name: "downstream" });
const measured = metrics({ namespace: "Shop", service: "orders" });

/** A handler behind all five middlewares, which guards its call. */
export const handler: unknown = middy(measured)
  .use(warmup())
  .use(measured)
  .use(rateLimit({ limits: slidingWindow(limit, "1s") }))
  .use(retry())
  .use(circuitBreaker({ breakers: [breaker] }))
  .handler(async () => answered(await policy.run(() => breaker.run(downstream))));
