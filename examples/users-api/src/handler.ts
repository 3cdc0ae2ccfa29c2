import middy, { type MiddyfiedHandler } from "@middy/core";
import { circuitBreaker } from "@midguard/circuit-breaker";
import { metrics } from "@midguard/metrics";
import { quota, rateLimit, slidingWindow } from "@midguard/rate-limit";
import { retry } from "@midguard/retry";
import { rehearse, warmup } from "@midguard/warmup";
import { type Event, errors, type Result, transport } from "./http.ts";
import { observability } from "./observability.ts";
import { profileCircuit } from "./profiles.ts";
import { recordedRequest } from "./recorded-request.ts";
import { answer } from "./routes.ts";

const measured = metrics<Event>({ namespace: "UsersApi", service: "users" });

/** Opens the connection to the table and compiles the code path of a request before the first client comes. */
async function prime(): Promise<void> {
  await rehearse(handler, recordedRequest);
}

/** The users API behind all five middlewares. `bare-handler.ts` is the same without them. */
export const handler: MiddyfiedHandler<Event, Result> = middy<Event, Result>(measured)
  .use(observability)
  .use(warmup({ prime }))
  .use(measured)
  .use(transport)
  // Counts live in the memory of this environment, so no window is longer than an hour.
  .use(rateLimit({ limits: [slidingWindow(10, "1s"), quota(1_000, "hour")] }))
  .use(retry())
  .use(circuitBreaker({ breakers: [profileCircuit] }))
  .use(errors)
  .handler(answer);
