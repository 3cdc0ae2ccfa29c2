import middy, { type MiddyfiedHandler } from "@middy/core";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import { circuitBreaker } from "@midguard/circuit-breaker";
import { retry } from "@midguard/retry";
import type { Event, Result } from "./event.ts";
import { circuits, streamingProxy } from "./proxy.ts";

/** The proxy behind a REST API whose integration streams responses, for 15 minutes at most. */
export const handler: MiddyfiedHandler<Event, Result> = middy<Event, Result>({
  executionMode: executionModeStreamifyResponse,
})
  .use(retry({ gatewayTimeoutMs: 900_000 }))
  .use(circuitBreaker({ breakers: [circuits] }))
  .handler(streamingProxy());
