import { callback, createWarnOnce, number, oneOf, readOptions, syncResult } from "@midguard/kernel/internal";
import { isMarked } from "./mark.ts";
import { isScheduledPing, isWarmupPing } from "./ping.ts";

/** Options of `warmup()`. */
export interface WarmupOptions {
  /**
   * Recognises a ping; replaces the built-in test. Only `true` counts, and it must be synchronous. If it throws or returns
   * a promise, the event is treated as a request, with one process warning.
   * @default isWarmupPing
   */
  readonly isWarmup?: ((event: unknown) => boolean) | undefined;
  /**
   * Which pings the built-in test takes. `"marked"` takes only those of our warmer, which marks them in the invocation's client
   * context, and schedules' events with a ping as their `detail`. For functions whose whole event a client may shape.
   * @default "any"
   */
  readonly accept?: "any" | "marked" | undefined;
  /**
   * Does the work of a first request ahead of it: opens connections, fetches secrets, rehearses. It is awaited. Its failure
   * does not fail the ping; `primed` and `primeError` report it. `signal` aborts after `primeTimeoutMs`. `payload` is the
   * ping's: what the warmer's target has, such as requests to rehearse.
   * @default none
   */
  readonly prime?: ((signal: AbortSignal, payload: unknown) => unknown) | undefined;
  /** How long to wait for `prime`, in ms; never past the deadline. @default 5_000 */
  readonly primeTimeoutMs?: number | undefined;
  /** A ping sent longer ago than this, in ms, is stale: it was queued, and warms nothing in time. @default 60_000 */
  readonly maxAgeMs?: number | undefined;
}

/** Options after checking, with their defaults filled in. */
export interface ResolvedOptions {
  /** Never throws. */
  readonly isPing: (event: unknown, context?: unknown) => boolean;
  readonly prime: WarmupOptions["prime"];
  readonly primeTimeoutMs: number;
  readonly maxAgeMs: number;
}

/** Makes a test for pings that never throws: warm-up must not fail a request. */
function guarded(isWarmup: (event: unknown) => boolean): (event: unknown) => boolean {
  const warnOnce = createWarnOnce("warmup");
  return function isPing(event) {
    try {
      return syncResult("isWarmup", isWarmup(event)) === true;
    } catch (error) {
      warnOnce("isWarmup", "isWarmup failed, so the event was treated as a request", error);
      return false;
    }
  };
}

function isMarkedPing(event: unknown, context?: unknown): boolean {
  return isScheduledPing(event) || (isMarked(context) && isWarmupPing(event));
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError or RangeError naming the option and its value.
 */
export function resolveOptions(options: WarmupOptions): ResolvedOptions {
  const { isWarmup, accept, prime, primeTimeoutMs, maxAgeMs } = readOptions(
    "warmup",
    options,
    {
      isWarmup: callback<(event: unknown) => boolean>(),
      accept: oneOf("any", "marked"),
      prime: callback<(signal: AbortSignal, payload: unknown) => unknown>(),
      primeTimeoutMs: number({ min: 1 }),
      maxAgeMs: number({ min: 1 }),
    },
    { accept: "any", primeTimeoutMs: 5_000, maxAgeMs: 60_000 },
  );
  if (isWarmup !== undefined && accept === "marked") {
    throw new TypeError('warmup: accept "marked" belongs to the built-in test, which isWarmup replaces');
  }
  const isPing = isWarmup !== undefined ? guarded(isWarmup) : accept === "marked" ? isMarkedPing : isWarmupPing;
  return { isPing, prime, primeTimeoutMs, maxAgeMs };
}
