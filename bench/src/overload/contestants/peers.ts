import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  SamplingBreaker,
  wrap,
} from "cockatiel";
import Opossum from "opossum";
import type { Call, Contestant, FleetSettings } from "./contestant.ts";

function cockatiel(name: string, breaker: () => ConsecutiveBreaker | SamplingBreaker): Contestant {
  return {
    name,
    startFleet: ({ maxRetries, counts }: FleetSettings) =>
      function startEnvironment() {
        const circuit = circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: breaker() });
        circuit.onBreak(() => {
          counts.opens += 1;
        });
        const backoff = new ExponentialBackoff({ initialDelay: 100 });
        const policy = wrap(retry(handleAll, { maxAttempts: maxRetries, backoff }), circuit);
        return (call) => policy.execute(() => call());
      },
  };
}

/** As the README of cockatiel shows them. Its timers run on while an environment is frozen, which favours it. */
export const cockatielConsecutive: Contestant = cockatiel("cockatiel, 5 in a row", () => new ConsecutiveBreaker(5));
export const cockatielSampling: Contestant = cockatiel(
  "cockatiel, sampling",
  () => new SamplingBreaker({ threshold: 0.2, duration: 30_000 }),
);

/** With its defaults, and the time limit of the scenario. Its timers run on in a frozen environment, which favours it. */
export const opossum: Contestant = {
  name: "opossum",
  startFleet: ({ timeoutMs, counts }) =>
    function startEnvironment() {
      const circuit = new Opossum((call: Call) => call(), { timeout: timeoutMs });
      circuit.on("open", () => {
        counts.opens += 1;
      });
      return (call) => circuit.fire(call);
    },
};
