import { checkInteger } from "@midguard/kernel/internal";
import type { Quota } from "./quota.ts";
import type { SlidingWindow } from "./sliding-window.ts";
import type { TokenBucket } from "./token-bucket.ts";

/** A limit, as made by `slidingWindow`, `quota` or `tokenBucket`: plain data, told apart by `kind`. */
export type Limit = SlidingWindow | Quota | TokenBucket;

/** What every kind of limit has. */
export interface LimitBase {
  /** What clients and events call it: `10-per-1s`, or as given. */
  readonly name: string;
  /**
   * What stores count it under: the given name and the window, never the number. So a changed number keeps its count,
   * and a changed window or name starts a new one.
   */
  readonly id: string;
  /** The most it can ever hold. */
  readonly limit: number;
}

/** A store keeps all limits of a key in one small record. */
export const maxLimits = 8;
const maxNameLength = 64;
/** Counts fit 31 bits, and so any store's integers. */
const maxLimit = 1_000_000_000;

/** A whole number from 1 to a billion. */
export function checkLimit(option: string, limit: unknown): number {
  return checkInteger(option, limit, 1, maxLimit);
}

/**
 * The name of a limit and what it is counted under. A name goes into a header as a structured-field string
 * (RFC 9651, 3.3.3), so it is printable ASCII.
 */
export function nameLimit(
  given: string | undefined,
  window: string,
  fallback: string,
): { readonly name: string; readonly id: string } {
  if (given === undefined) return { name: fallback, id: window };
  if (!/^[\x20-\x7e]+$/.test(given) || given.length > maxNameLength) {
    throw new RangeError(`name must be 1 to ${maxNameLength} printable ASCII characters, got ${JSON.stringify(given)}`);
  }
  return { name: given, id: `${given}/${window}` };
}

const kinds: readonly unknown[] = ["sliding-window", "quota", "token-bucket"];

/** One limit or several as a list. Throws where it is none, or where two of them cannot be told apart. */
export function checkLimits(value: Limit | readonly Limit[]): readonly Limit[] {
  const limits: readonly Limit[] = Array.isArray(value) ? value : [value];
  if (limits.length < 1 || limits.length > maxLimits) {
    throw new RangeError(`limits must be 1 to ${maxLimits}, got ${limits.length}`);
  }
  const seen = new Set<string>();
  for (const limit of limits) {
    if (!kinds.includes(limit?.kind) || typeof limit.name !== "string" || typeof limit.id !== "string") {
      const given = JSON.stringify(limit);
      throw new TypeError(`limits must be made by slidingWindow, quota or tokenBucket, got ${given}`);
    }
    checkLimit("limit of limits", limit.limit);
    if (seen.has(`name ${limit.name}`)) throw new RangeError(`limits: two are named ${JSON.stringify(limit.name)}`);
    if (seen.has(`id ${limit.id}`)) {
      throw new RangeError(
        `limits: two share the window of ${JSON.stringify(limit.name)}; give them names of their own`,
      );
    }
    seen.add(`name ${limit.name}`).add(`id ${limit.id}`);
  }
  return limits;
}
