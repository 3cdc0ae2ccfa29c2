import middy, { type MiddyfiedHandler } from "@middy/core";
import { circuitBreaker } from "@midguard/circuit-breaker";
import { metrics } from "@midguard/metrics";
import { rateLimit } from "@midguard/rate-limit";
import { retry } from "@midguard/retry";
import { rehearse, warmup } from "@midguard/warmup";
import { type Event, errors, type Result, transport } from "./http.ts";
import { limiter } from "./limits.ts";
import { observability } from "./observability.ts";
import { profileCircuit } from "./profiles.ts";
import { recordedRequest } from "./recorded-request.ts";
import { answer } from "./routes.ts";

// Each stage has its own namespace, so that an alarm sees one stage.
const { METRICS_NAMESPACE = "UsersApi" } = process.env;
const measured = metrics<Event>({ namespace: METRICS_NAMESPACE, service: "users" });

/** Opens the connections to the tables and compiles the code path of a request before the first client comes. */
async function prime(): Promise<void> {
  await Promise.all([rehearse(handler, recordedRequest), limiter.store?.connect?.()]);
}

/** The users API behind all five middlewares. `bare-handler.ts` is the same without them. */
export const handler: MiddyfiedHandler<Event, Result> = middy<Event, Result>(measured)
  .use(observability)
  .use(warmup({ prime }))
  .use(measured)
  .use(transport)
  .use(rateLimit(limiter))
  .use(retry())
  .use(circuitBreaker({ breakers: [profileCircuit] }))
  .use(errors)
  .handler(answer);
