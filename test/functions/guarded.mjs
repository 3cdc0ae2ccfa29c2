/** A function behind all five middlewares that acts as the query says, and reports its own state. */
import middy from "@middy/core";
import { circuitBreaker, createCircuitBreaker, failureRate } from "@midguard/circuit-breaker";
import { subscribe } from "@midguard/kernel";
import { metrics } from "@midguard/metrics";
import { rateLimit, slidingWindow } from "@midguard/rate-limit";
import { constant, createRetry, retry } from "@midguard/retry";
import { warmup } from "@midguard/warmup";

const breaker = createCircuitBreaker({
  name: "profiles",
  trip: failureRate({ threshold: 0.5, windowMs: 1_000, minimumCalls: 4 }),
  openMs: 200,
  maxOpenMs: 200,
});
const policy = createRetry({ name: "profiles", backoff: constant(20), attemptTimeoutMs: 5_000 });
const events = [];
subscribe(({ type }) => events.push(type));

const unavailable = () => Promise.reject(Object.assign(new Error("unavailable"), { statusCode: 503 }));

const work = {
  look: async () => "seen",
  fail: () => breaker.run(unavailable).catch(({ code, message }) => code ?? message),
  succeed: () => breaker.run(async () => "fine"),
  /** Reads the signal, so that an attempt timeout is armed, and fails once. */
  retry: () => policy.run(({ number, signal }) => (number === 1 && !signal.aborted ? unavailable() : "fine")),
};

async function handle(event) {
  const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const result = await work[event.queryStringParameters.do]();
  return { statusCode: 200, body: JSON.stringify({ result, timers, state: breaker.state, events: events.splice(0) }) };
}

// Middy's own early-timeout timer is set before the handler runs: without it every timer seen is ours.
export const handler = middy({ timeoutEarlyInMillis: 0 })
  .use(warmup())
  .use(metrics({ namespace: "Test", service: "guarded" }))
  .use(rateLimit({ limits: slidingWindow(3, "1s"), key: (event) => event.queryStringParameters.key }))
  .use(retry())
  .use(circuitBreaker({ breakers: [breaker] }))
  .handler(handle);
