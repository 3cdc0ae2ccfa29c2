/** A function that counts in memory: a limit of ten requests a month for all clients, and the breaker of a dead dependency. */
import { threadId } from "node:worker_threads";
import middy from "@middy/core";
import { createCircuitBreaker, failureRate, isCircuitOpenError } from "@midguard/circuit-breaker";
import { quota, rateLimit } from "@midguard/rate-limit";

// Open for longer than the test, so that no probe is sent.
const breaker = createCircuitBreaker({
  name: "dead",
  trip: failureRate({ threshold: 0.5, windowMs: 60_000, minimumCalls: 5 }),
  openMs: 600_000,
  maxOpenMs: 600_000,
});
const refuse = () => Promise.reject(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }));

const counted = middy()
  .use(rateLimit({ limits: quota(10, "month") }))
  .handler(async () => ({
    statusCode: 200,
    called: await breaker.run(refuse).catch((error) => !isCircuitOpenError(error)),
  }));

export const handler = async (event, context) => ({ ...(await counted(event, context)), threadId });
