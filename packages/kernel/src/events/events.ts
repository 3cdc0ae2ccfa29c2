import type { Outcome } from "../outcome/outcome.ts";

/** An event: what happened, in the past tense; the name of the instance that it happened to; and the facts. */
type Event<Type extends string, Facts = unknown> = { readonly type: Type; readonly source: string } & Readonly<Facts>;

/** What a rate limiter publishes. `violated` has the names of the limits that the request would have exceeded. */
export type RateLimitEvent =
  | Event<"rate_limit.exceeded", { key: string; violated: readonly string[]; retryAfterMs: number; dryRun: boolean }>
  | Event<"rate_limit.denied", { reason: "deny-list" | "missing-key"; dryRun: boolean }>
  | Event<"rate_limit.store_failed", { error: unknown; handledBy: "local" | "allow" | "deny" }>;

/** Why a retry policy made no further attempt. */
export type RetryStopReason =
  | "not-retryable"
  | "max-retries"
  | "budget"
  | "allowance"
  | "deadline"
  | "max-elapsed"
  | "aborted";

/** What a retry policy publishes. `attempt` is the number of the attempt that failed, from 1; `outcome` is how it ended. */
export type RetryEvent =
  | Event<"retry.scheduled", { attempt: number; delayMs: number; outcome: Outcome }>
  | Event<"retry.exhausted", { attempts: number; elapsedMs: number; reason: RetryStopReason; outcome: Outcome }>;

/** The phases of a circuit that a fleet shares. */
type FleetPhase = "closed" | "suspect" | "open" | "half-open" | "ramping" | "isolated";

/**
 * What a circuit breaker publishes. `circuit.fleet_moved`: this environment learned that the fleet is in another phase.
 * `circuit.store_failed`: each environment decides alone until its store answers.
 */
export type CircuitEvent =
  | Event<"circuit.opened", { openMs: number; reason: "tripped" | "probe-failed" }>
  | Event<"circuit.half_opened" | "circuit.closed" | "circuit.isolated">
  | Event<"circuit.rejected", { retryAfterMs: number }>
  | Event<"circuit.fleet_moved", { phase: FleetPhase; epoch: number }>
  | Event<"circuit.store_failed", { circuits: readonly string[]; error: unknown }>;

type Primed = { primed?: boolean; primeError?: string };

/**
 * What the warm-up middleware publishes. `cold`: the first invocation of this environment; `stale`: the ping was too old
 * and did nothing; `primed`: whether `prime` succeeded, `undefined` if there is no `prime` or it did not run.
 */
export type WarmupEvent = Event<
  "warmup.pinged",
  { cold: boolean; stale: boolean; heldMs: number; correlationId: string | undefined } & Primed
>;

/** Every event of Midguard. Within a major version, types and fields are only added. */
export type MidguardEvent = RateLimitEvent | RetryEvent | CircuitEvent | WarmupEvent;
