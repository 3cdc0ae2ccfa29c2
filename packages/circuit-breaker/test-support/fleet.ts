import { systemClock } from "@midguard/kernel";
import { type ManualClock, seededRandom } from "@midguard/kernel/testing";
import { createCircuitBreaker } from "../src/breaker.ts";
import type { CircuitBreaker } from "../src/circuit-breaker.ts";
import { createFleetSync, type FleetSync } from "../src/fleet/fleet-sync.ts";
import { participants } from "../src/fleet/participant.ts";
import type { FleetState } from "../src/fleet/state.ts";
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
      const result = await breaker
        .run(async () => end())
        .then(
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

/** A store, and the moves that were made in it. */
export function recordMoves(store: CircuitStore): { readonly store: CircuitStore; readonly moves: FleetState[] } {
  const moves: FleetState[] = [];
  return {
    moves,
    store: {
      ...store,
      async move(circuit, epoch, next, signal) {
        const reply = await store.move(circuit, epoch, next, signal);
        if (reply.hasMoved) moves.push(next);
        return reply;
      },
    },
  };
}

/** Traffic of a fleet. */
export interface Traffic {
  readonly seconds: number;
  /** Calls per second and environment, at random times. */
  readonly rate: number;
  /** Whether a call fails, `seconds` after the start, in the environment of this number. */
  fails(seconds: number, environment: number): boolean;
  readonly random: () => number;
}

/** Lets a fleet serve traffic, in order of time. Calls take no time. Returns the shares of requests by their result. */
export async function serve(
  environments: readonly Environment[],
  clock: ManualClock,
  { seconds, rate, fails, random }: Traffic,
): Promise<Record<"ok" | "failed" | "rejected", number>> {
  const [results, start] = [{ ok: 0, failed: 0, rejected: 0 }, clock.now()];
  const meanMs = 1_000 / (rate * environments.length);
  for (let requests = 0; ; requests += 1) {
    clock.jump(-Math.log(1 - random()) * meanMs);
    const passedS = (clock.now() - start) / 1_000;
    if (passedS > seconds) {
      for (const result of ["ok", "failed", "rejected"] as const) results[result] /= requests;
      return results;
    }
    const number = Math.floor(random() * environments.length);
    const hasFailed = fails(passedS, number);
    results[(await environments[number]?.request(hasFailed ? failing : undefined)) ?? "failed"] += 1;
  }
}
