import { checkNumber, checkOptions, someFunction, warn } from "@midguard/kernel/internal";
import { isWarmupPing } from "./ping.ts";

/** Options of `warmup()`. */
export interface WarmupOptions {
  /**
   * Tells a ping from a request; replaces the built-in test. Only `true` counts. One that throws counts as `false`, with
   * one process warning: a request is not failed for the sake of warm-up.
   * @default isWarmupPing
   */
  readonly isWarmup?: ((event: unknown) => boolean) | undefined;
  /**
   * Does ahead what a first request would do: opens connections, fetches secrets, rehearses. Awaited. Its failure does
   * not fail the ping, which says so in `primed` and `primeError`. `signal` aborts when its time is up.
   * @default none
   */
  readonly prime?: ((signal: AbortSignal) => unknown) | undefined;
  /** How long `prime` may take, in ms; never past the deadline. @default 5_000 */
  readonly primeTimeoutMs?: number | undefined;
  /** A ping sent longer ago than this, in ms, is stale: queued, and of use to nobody. @default 60_000 */
  readonly maxAgeMs?: number | undefined;
}

/** Options, checked and filled up. */
export interface ResolvedOptions {
  readonly isPing: (event: unknown) => boolean;
  readonly prime: WarmupOptions["prime"];
  readonly primeTimeoutMs: number;
  readonly maxAgeMs: number;
}

function guarded(isWarmup: (event: unknown) => boolean): (event: unknown) => boolean {
  let warned = false;
  return function isPing(event) {
    try {
      // A promise is truthy: an async test would take every request for a ping.
      return isWarmup(event) === true;
    } catch (error) {
      if (!warned) warn("warmup: isWarmup threw", error);
      warned = true;
      return false;
    }
  };
}

/** Checks the options. Throws a `TypeError` or `RangeError` that names the one at fault and its value. */
export function resolveOptions(options: WarmupOptions): ResolvedOptions {
  const { isWarmup, prime, primeTimeoutMs, maxAgeMs } = checkOptions(
    "warmup",
    options,
    { primeTimeoutMs: 5_000, maxAgeMs: 60_000 },
    { isWarmup: someFunction as NonNullable<WarmupOptions["isWarmup"]>, prime: someFunction as WarmupOptions["prime"] },
  );
  return {
    isPing: isWarmup === undefined ? isWarmupPing : guarded(isWarmup),
    prime,
    primeTimeoutMs: checkNumber("primeTimeoutMs", primeTimeoutMs, 1),
    maxAgeMs: checkNumber("maxAgeMs", maxAgeMs, 1),
  };
}
