import middy, { type MiddlewareObj } from "@middy/core";
import { circuitBreaker, createCircuitBreaker } from "@midguard/circuit-breaker";
import { metrics } from "@midguard/metrics";
import { rateLimit, slidingWindow } from "@midguard/rate-limit";
import { createRetry, retry } from "@midguard/retry";
import { warmup } from "@midguard/warmup";
import { type Comparison, timedProcesses } from "../comparison.ts";
import { flexibleLimiter, guardedByPeers, lambdaWarmer } from "../peers.ts";
import { powertoolsByHand } from "../powertools-by-hand.ts";
import { type Handler, send } from "../requests.ts";
import { type Contestant, timeAll } from "../timing.ts";

/** So high that no request is rejected. */
const limit = 1_000_000_000;

async function downstream(): Promise<string> {
  return '{"id":"7"}';
}

async function answer(): Promise<object> {
  return { statusCode: 200, headers: { "Content-Type": "application/json" }, body: await downstream() };
}

const breaker = createCircuitBreaker({ name: "downstream" });
const policy = createRetry({ name: "downstream" });

async function guardedAnswer(): Promise<object> {
  const body = await policy.run(() => breaker.run(downstream));
  return { statusCode: 200, headers: { "Content-Type": "application/json" }, body };
}

async function peersAnswer(): Promise<object> {
  const body = await guardedByPeers(downstream);
  return { statusCode: 200, headers: { "Content-Type": "application/json" }, body };
}

interface Answered {
  readonly statusCode: number;
  readonly headers: object;
  readonly body: string;
}

/** Whether the answer must report the limits in headers. */
type Headers = "told" | "not told";

function isRight(answered: unknown, headers: Headers): boolean {
  const { statusCode, headers: given, body } = answered as Answered;
  const told = Object.keys(given).some((name) => name.toLowerCase().includes("ratelimit"));
  return statusCode === 200 && body === '{"id":"7"}' && told === (headers === "told");
}

function contestant(
  name: string,
  handle: () => Promise<object>,
  middlewares: readonly MiddlewareObj[] = [],
  headers: Headers = "not told",
  plugin: middy.PluginObject = {},
): Contestant {
  const handler = middy(plugin)
    .use([...middlewares])
    .handler(handle) as unknown as Handler;
  return { name, call: () => send(handler), check: (answered) => isRight(answered, headers) };
}

/** Behind `metrics()`, installed in both of Middy's places, as its README says. */
function measured(
  name: string,
  handle: () => Promise<object>,
  middlewares: readonly MiddlewareObj[] = [],
  headers: Headers = "not told",
): Contestant {
  const measuring = metrics({ namespace: "Shop", service: "orders" });
  const all = [...middlewares.slice(0, 1), measuring, ...middlewares.slice(1)];
  return contestant(name, handle, all, headers, measuring);
}

const limits = slidingWindow(limit, "1s");
const bareName = "bare Middy";
const peersName = "lambda-warmer + rate-limiter-flexible + p-retry + cockatiel";

function ours(headers: "ietf" | "none"): readonly MiddlewareObj[] {
  return [warmup(), rateLimit({ limits, headers }), retry(), circuitBreaker({ breakers: [breaker] })];
}

function peers(withHeaders: boolean): readonly MiddlewareObj[] {
  return [lambdaWarmer, flexibleLimiter(limit, 1, withHeaders)];
}

export const stack: Comparison = {
  name: "stack",
  title: "A request through Middy: each middleware, all of them, and the peers that do the same jobs",
  processes: timedProcesses,
  run: (effort) =>
    timeAll(
      [
        {
          name: "each alone",
          contestants: [
            contestant(bareName, answer),
            contestant("@midguard/warmup", answer, [warmup()]),
            contestant("@midguard/rate-limit", answer, [rateLimit({ limits })], "told"),
            contestant("@midguard/retry", answer, [retry()]),
            contestant("@midguard/circuit-breaker", answer, [circuitBreaker({ breakers: [breaker] })]),
            measured("@midguard/metrics", answer),
          ],
        },
        {
          name: "without metrics, limits in headers",
          contestants: [
            contestant(bareName, answer),
            contestant("midguard", guardedAnswer, ours("ietf"), "told"),
            contestant(peersName, peersAnswer, peers(true), "told"),
          ],
        },
        {
          name: "without metrics, no headers",
          contestants: [
            contestant(bareName, answer),
            contestant("midguard", guardedAnswer, ours("none")),
            contestant(peersName, peersAnswer, peers(false)),
          ],
        },
        {
          name: "with metrics",
          contestants: [
            contestant(bareName, answer),
            measured("midguard", guardedAnswer, ours("ietf"), "told"),
            contestant(`${peersName} + Powertools by hand`, peersAnswer, [powertoolsByHand(), ...peers(true)], "told"),
          ],
        },
      ],
      effort,
    ),
};
