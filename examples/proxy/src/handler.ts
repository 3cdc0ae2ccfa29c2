import middy, { type MiddyfiedHandler } from "@middy/core";
import { circuitBreaker } from "@midguard/circuit-breaker";
import { retry } from "@midguard/retry";
import type { Event, Result } from "./event.ts";
import { bufferedProxy, circuits } from "./proxy.ts";

/** The proxy behind an HTTP API, a REST API or a load balancer. */
export const handler: MiddyfiedHandler<Event, Result> = middy<Event, Result>()
  .use(retry())
  .use(circuitBreaker({ breakers: [circuits] }))
  .handler(bufferedProxy());
