import { callback, createWarnOnce, number, readOptions, syncResult } from "@midguard/kernel/internal";
import { isWarmupPing } from "./ping.ts";

/** Options of `warmup()`. */
export interface WarmupOptions {
  /**
   * Recognises a ping; replaces the built-in test. Only `true` counts, and it must be synchronous. If it throws or returns
   * a promise, the event is treated as a request, with one process warning.
   * @default isWarmupPing
   */
  readonly isWarmup?: ((event: unknown) => boolean) | undefined;
  /**
   * Does the work of a first request ahead of it: opens connections, fetches secrets, rehearses. It is awaited. Its failure
   * does not fail the ping; `primed` and `primeError` report it. `signal` aborts after `primeTimeoutMs`.
   * @default none
   */
  readonly prime?: ((signal: AbortSignal) => unknown) | undefined;
  /** How long to wait for `prime`, in ms; never past the deadline. @default 5_000 */
  readonly primeTimeoutMs?: number | undefined;
  /** A ping sent longer ago than this, in ms, is stale: it was queued, and warms nothing in time. @default 60_000 */
  readonly maxAgeMs?: number | undefined;
}

/** Options after checking, with their defaults filled in. */
export interface ResolvedOptions {
  /** Never throws. */
  readonly isPing: (event: unknown) => boolean;
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

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError or RangeError naming the option and its value.
 */
export function resolveOptions(options: WarmupOptions): ResolvedOptions {
  const { isWarmup, prime, primeTimeoutMs, maxAgeMs } = readOptions(
    "warmup",
    options,
    {
      isWarmup: callback<(event: unknown) => boolean>(),
      prime: callback<(signal: AbortSignal) => unknown>(),
      primeTimeoutMs: number({ min: 1 }),
      maxAgeMs: number({ min: 1 }),
    },
    { primeTimeoutMs: 5_000, maxAgeMs: 60_000 },
  );
  const isPing = isWarmup === undefined ? isWarmupPing : guarded(isWarmup);
  return { isPing, prime, primeTimeoutMs, maxAgeMs };
}
