import { systemClock } from "@midguard/kernel";
import { seededRandom } from "@midguard/kernel/testing";
import { createCircuitBreaker } from "../src/breaker.ts";
import type { CircuitBreaker } from "../src/circuit-breaker.ts";
import { createFleetSync, type FleetSync } from "../src/fleet/fleet-sync.ts";
import { participants } from "../src/fleet/participant.ts";
import type { CircuitStore } from "../src/fleet/store.ts";
import type { CircuitBreakerOptions } from "../src/options.ts";
import { consecutiveFailures } from "../src/trips/consecutive-failures.ts";

/** A rule that never opens the local circuit, so that a test sees the fleet alone. */
export const neverTrips = consecutiveFailures(Number.MAX_SAFE_INTEGER);

/** One environment of a fleet. */
export interface Environment {
  readonly breaker: CircuitBreaker;
  readonly sync: FleetSync;
  readonly errors: unknown[];
  /** A request with one call, which ends by `end`. Resolves to what became of it. */
  request(end?: () => Promise<unknown> | unknown): Promise<"ok" | "failed" | "rejected">;
}

/** How an environment is made, besides the options of its breaker. */
export interface EnvironmentOptions extends Partial<CircuitBreakerOptions> {
  readonly store: CircuitStore;
  readonly clock: { now(): number };
  readonly syncMs?: number;
  readonly timeoutMs?: number;
}

let environments = 0;

export function createEnvironment({ syncMs = 5_000, timeoutMs = 50, ...options }: EnvironmentOptions): Environment {
  environments += 1;
  // A seed of its own: environments with the same random numbers would look like one.
  const breaker = createCircuitBreaker({ name: "payments", random: seededRandom(environments), ...options });
  const part = participants.get(breaker);
  if (part === undefined) throw new Error("the breaker has no store");
  const errors: unknown[] = [];
  const onError = (_: unknown, error: unknown): unknown => errors.push(error);
  const sync = createFleetSync({ participants: [part], syncMs, timeoutMs, clock: systemClock, onError });
  return {
    breaker,
    sync,
    errors,
    async request(end = () => "ok") {
      const { ready, overlapping } = sync.begin();
      await ready;
      const result = await breaker.run(async () => end()).then(
        () => "ok" as const,
        (error: { code?: unknown }) => (error.code === "CIRCUIT_OPEN" ? "rejected" : "failed"),
      );
      await overlapping;
      await sync.end();
      return result;
    },
  };
}

export function failing(): never {
  throw new Error("down");
}
