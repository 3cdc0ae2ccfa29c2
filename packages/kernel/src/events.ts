import { type Channel, channel } from "node:diagnostics_channel";

/** A failed attempt: an error that was thrown, or a value that counts as a failure. */
export type Failure = { readonly error: unknown } | { readonly value: unknown };

/** What the rate limiter tells. */
export type RateLimitEvent =
  | {
      readonly type: "rate_limit.exceeded";
      readonly source: string;
      readonly key: string;
      /** Names of the limits that the request would have gone over. */
      readonly violated: readonly string[];
      readonly retryAfterMs: number;
      readonly dryRun: boolean;
    }
  | {
      readonly type: "rate_limit.denied";
      readonly source: string;
      readonly reason: "deny-list" | "missing-key";
      readonly dryRun: boolean;
    }
  | {
      readonly type: "rate_limit.store_failed";
      readonly source: string;
      readonly error: unknown;
      readonly handledBy: "local" | "allow" | "deny";
    };

/** Why no further attempt was made. */
export type RetryStopReason =
  | "not-retryable"
  | "max-retries"
  | "budget"
  | "allowance"
  | "deadline"
  | "max-elapsed"
  | "aborted";

/** What a retry policy tells. */
export type RetryEvent =
  | {
      readonly type: "retry.scheduled";
      readonly source: string;
      /** Number of the attempt that failed, from 1. */
      readonly attempt: number;
      readonly delayMs: number;
      readonly failure: Failure;
    }
  | {
      readonly type: "retry.exhausted";
      readonly source: string;
      readonly attempts: number;
      readonly elapsedMs: number;
      readonly reason: RetryStopReason;
      readonly failure: Failure;
    };

/** What a circuit breaker tells. */
export type CircuitEvent =
  | {
      readonly type: "circuit.opened";
      readonly source: string;
      readonly openMs: number;
      readonly reason: "tripped" | "probe-failed";
    }
  | { readonly type: "circuit.half_opened"; readonly source: string }
  | { readonly type: "circuit.closed"; readonly source: string }
  | { readonly type: "circuit.isolated"; readonly source: string }
  | { readonly type: "circuit.rejected"; readonly source: string; readonly retryAfterMs: number };

/** What the warm-up middleware tells. */
export type WarmupEvent = {
  readonly type: "warmup.pinged";
  readonly source: string;
  /** First invocation of this environment. */
  readonly cold: boolean;
  /** Too old when it came: answered at once, nothing done. */
  readonly stale: boolean;
  readonly heldMs: number;
  readonly correlationId: string | undefined;
};

/** Every event of the family. Within a major version, kinds and fields are only added. */
export type MidguardEvent = RateLimitEvent | RetryEvent | CircuitEvent | WarmupEvent;

/**
 * A package's channel, `midguard:<name>` of `node:diagnostics_channel`. Ask `hasSubscribers` before an event is built:
 * without a subscriber nothing is paid.
 */
export interface EventChannel<E extends MidguardEvent> {
  readonly hasSubscribers: boolean;
  publish(event: E): void;
}

const names = ["rate-limit", "retry", "circuit-breaker", "warmup"] as const;

function channelOf(name: (typeof names)[number]): Channel {
  return channel(`midguard:${name}`);
}

/** The channel that the package of this name publishes on. */
export function eventChannel<E extends MidguardEvent>(name: (typeof names)[number]): EventChannel<E> {
  return channelOf(name);
}

/**
 * Calls `listener` with every event of the family, synchronously and in the invocation that it happened in. An error of
 * the listener becomes a process warning: a subscriber attached to the channels directly would end the process with it.
 *
 * @example
 * const unsubscribe = subscribe((event) => {
 *   if (event.type === "circuit.opened") logger.warn("circuit opened", { circuit: event.source });
 * });
 *
 * @returns a function that ends the subscription.
 */
export function subscribe(listener: (event: MidguardEvent) => void): () => void {
  function guarded(event: unknown): void {
    try {
      const result: unknown = listener(event as MidguardEvent);
      if (result instanceof Promise) result.catch(warn);
    } catch (error) {
      warn(error);
    }
  }
  for (const name of names) channelOf(name).subscribe(guarded);
  return function unsubscribe() {
    for (const name of names) channelOf(name).unsubscribe(guarded);
  };
}

function warn(error: unknown): void {
  process.emitWarning(`A subscriber of Midguard's events threw: ${String(error)}`, "MidguardWarning");
}
