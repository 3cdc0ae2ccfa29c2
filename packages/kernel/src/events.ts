import diagnostics from "node:diagnostics_channel";
import { checkType } from "./check.ts";
import { warn } from "./warn.ts";

/** A failed attempt: an error that was thrown, or a value that counts as a failure. */
export type Failure = { readonly error: unknown } | { readonly value: unknown };

/** An event: what happened, in the past tense, the name of the instance that it happened to, and the facts. */
type Told<Type extends string, Facts = unknown> = { readonly type: Type; readonly source: string } & Readonly<Facts>;

/** What the rate limiter tells. `violated` are the names of the limits that the request would have gone over. */
export type RateLimitEvent =
  | Told<"rate_limit.exceeded", { key: string; violated: readonly string[]; retryAfterMs: number; dryRun: boolean }>
  | Told<"rate_limit.denied", { reason: "deny-list" | "missing-key"; dryRun: boolean }>
  | Told<"rate_limit.store_failed", { error: unknown; handledBy: "local" | "allow" | "deny" }>;

/** Why no further attempt was made. */
export type RetryStopReason =
  | "not-retryable"
  | "max-retries"
  | "budget"
  | "allowance"
  | "deadline"
  | "max-elapsed"
  | "aborted";

/** What a retry policy tells. `attempt` is the number of the attempt that failed, from 1. */
export type RetryEvent =
  | Told<"retry.scheduled", { attempt: number; delayMs: number; failure: Failure }>
  | Told<"retry.exhausted", { attempts: number; elapsedMs: number; reason: RetryStopReason; failure: Failure }>;

/** What a circuit breaker tells. */
export type CircuitEvent =
  | Told<"circuit.opened", { openMs: number; reason: "tripped" | "probe-failed" }>
  | Told<"circuit.half_opened" | "circuit.closed" | "circuit.isolated">
  | Told<"circuit.rejected", { retryAfterMs: number }>;

type Primed = { primed?: boolean; primeError?: string };

/**
 * What the warm-up middleware tells. `cold`: first invocation of this environment; `stale`: too old when it came, answered
 * at once and nothing done; `primed`: whether `prime` came to its end, `undefined` where there is none or it was not run.
 */
export type WarmupEvent = Told<
  "warmup.pinged",
  { cold: boolean; stale: boolean; heldMs: number; correlationId: string | undefined } & Primed
>;

/** Every event of the family. Within a major version, kinds and fields are only added. */
export type MidguardEvent = RateLimitEvent | RetryEvent | CircuitEvent | WarmupEvent;

/** Where a package publishes. Ask `hasSubscribers` before an event is built: without a subscriber nothing is paid. */
export type EventChannel<E> = { readonly hasSubscribers: boolean; publish(event: E): void };

const names = ["rate-limit", "retry", "circuit-breaker", "warmup"] as const;

/** The channel of the package of this name, `midguard:<name>` of `node:diagnostics_channel`. */
export function eventChannel<E extends MidguardEvent>(name: (typeof names)[number]): EventChannel<E> {
  return diagnostics.channel(`midguard:${name}`);
}

/**
 * Calls `listener` with every event of the family, synchronously and in the invocation that it happened in. An error of
 * the listener becomes a process warning: a subscriber attached to the channels directly would end the process with it.
 * Returns the function that ends the subscription. Throws a `TypeError` if `listener` is no function.
 *
 * @example
 * const unsubscribe = subscribe((event) => {
 *   if (event.type === "circuit.opened") logger.warn("circuit opened", { circuit: event.source });
 * });
 */
export function subscribe(listener: (event: MidguardEvent) => void): () => void {
  checkType("listener", listener, "function");
  // The part up to the first await runs within publish(): the listener is called synchronously.
  async function guarded(event: unknown): Promise<void> {
    try {
      await listener(event as MidguardEvent);
    } catch (error) {
      warn("A subscriber of Midguard's events threw", error);
    }
  }
  for (const name of names) diagnostics.subscribe(`midguard:${name}`, guarded);
  return function unsubscribe() {
    for (const name of names) diagnostics.unsubscribe(`midguard:${name}`, guarded);
  };
}
