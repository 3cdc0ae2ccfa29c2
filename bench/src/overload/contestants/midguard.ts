import middy from "@middy/core";
import {
  type CircuitBreakerOptions,
  circuitBreaker,
  consecutiveFailures,
  createCircuitBreaker,
} from "@midguard/circuit-breaker";
import { createRetry, retry } from "@midguard/retry";
import { lambdaContext } from "../../requests.ts";
import type { Call, Contestant, Environment, FleetSettings } from "./contestant.ts";
import { simulatedStore } from "./simulated-store.ts";

/** Longer than any request takes here. */
const invocationMs = 150_000;

interface Parts {
  readonly budget?: false;
  readonly breaker?: Partial<CircuitBreakerOptions>;
}

/** One environment with a handler behind the middlewares, as users write it. */
function startEnvironment(settings: FleetSettings, { breaker: options, ...budget }: Parts): Environment {
  const { timeoutMs: attemptTimeoutMs, maxRetries, random } = settings;
  const policy = createRetry({ name: "server", maxRetries, attemptTimeoutMs, random, ...budget });
  const breaker = options && createCircuitBreaker({ name: "server", random, ...options });
  const handler = middy<{ call: Call }, void>()
    .use(retry())
    .use(breaker === undefined ? [] : circuitBreaker({ breakers: [breaker] }))
    .handler(({ call }) =>
      policy.run(({ signal }) => (breaker === undefined ? call(signal) : breaker.run(() => call(signal)))),
    );
  return (call) => handler({ call }, lambdaContext(invocationMs) as Parameters<typeof handler>[1]);
}

function contestant(name: string, parts: Parts): Contestant {
  return { name, startFleet: (settings) => () => startEnvironment(settings, parts) };
}

export const budgetAlone: Contestant = contestant("midguard: retry budget", {});

export const budgetAndBreaker: Contestant = contestant("midguard: budget and breaker", { breaker: {} });

export const withFleetState: Contestant = {
  name: "midguard: the same with a store",
  startFleet(settings) {
    const breaker = { store: simulatedStore(settings) };
    return () => startEnvironment(settings, { breaker });
  },
};

/** What many use: five failures in a row open the circuit for a minute, and nothing bounds the retries. */
export const classic: Contestant = contestant("5 in a row, 60 s", {
  budget: false,
  breaker: { trip: consecutiveFailures(5), openMs: 60_000 },
});
