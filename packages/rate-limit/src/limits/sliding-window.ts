import { flag, readOptions } from "@midguard/kernel/internal";
import { type Duration, formatDuration, parseDuration } from "./duration.ts";
import { type LimitBase, limitNameRule, limitRule, nameLimit } from "./limit-base.ts";
import { strictParts } from "./strict-window.ts";

/** At most `limit` per sliding window; made by `slidingWindow`. */
export interface SlidingWindow extends LimitBase {
  readonly kind: "sliding-window";
  readonly windowMs: number;
  readonly strict: boolean;
}

/** Options of `slidingWindow`. */
export interface SlidingWindowOptions {
  /** The limit's name in headers, error responses and events. @default `10-per-1s` */
  readonly name?: string | undefined;
  /** Never more than the limit in any rolling window, at about 90 % of the throughput. @default false */
  readonly strict?: boolean | undefined;
}

/**
 * At most `limit` in a window that slides: what was used in the current window, plus the share of the previous one
 * that still overlaps it, `floor(previous * (window - elapsed) / window)`.
 *
 * The bound: never more than the limit by that formula, and so never more than twice the limit in any rolling window;
 * with `strict` never more than the limit in any rolling window. A clock set back admits nothing more.
 *
 * The estimate is Cloudflare's (https://blog.cloudflare.com/counting-things-a-lot-of-different-things/).
 *
 * @example
 * slidingWindow(10, "1s")
 * slidingWindow(5, "15m", { name: "logins", strict: true })
 *
 * @param limit whole, 1 to a billion; limit x window in ms at most 2^53
 * @param window ms, or text: "10s", "5m", "1h"; up to 366 days
 * @throws TypeError or RangeError for a bad argument, naming it and its value.
 */
export function slidingWindow(limit: number, window: Duration, options: SlidingWindowOptions = {}): SlidingWindow {
  const { name, strict } = readOptions(
    "slidingWindow",
    options,
    { name: limitNameRule, strict: flag },
    { strict: false },
  );
  limitRule("slidingWindow: limit", limit);
  const windowMs = parseDuration("slidingWindow: window", window);
  if (limit * windowMs > Number.MAX_SAFE_INTEGER) {
    throw new RangeError(
      `slidingWindow: limit x window must be at most 2^53 (limit ${limit}, window ${windowMs} ms): use a quota`,
    );
  }
  if (strict && windowMs < strictParts) {
    throw new RangeError(`slidingWindow: window must be at least 12 ms to be strict, got ${windowMs}`);
  }
  const length = formatDuration(windowMs);
  const named = nameLimit(name, strict ? `${length}-strict` : length, `${limit}-per-${length}`);
  return { kind: "sliding-window", ...named, limit, windowMs, strict };
}

/** What a sliding window has counted. */
export interface SlidingCounts {
  readonly windowMs: number;
  /** How much was taken in the window before this one. */
  readonly previous: number;
  /** How much was taken in this window. */
  readonly current: number;
  /** Time since this window's start. Negative if the clock has not reached it yet: the window then counts as just begun. */
  readonly elapsedMs: number;
}

/** How much counts. Exact in doubles, and so the same in every store: `limit x window` < 2^53. */
export function slidingUsed({ previous, current, elapsedMs, windowMs }: SlidingCounts): number {
  return current + Math.floor((previous * (windowMs - Math.max(0, elapsedMs))) / windowMs);
}

/** Milliseconds until at most `target` counts, if nothing more is taken. */
export function slidingWaitMs({ previous, current, elapsedMs, windowMs }: SlidingCounts, target: number): number {
  // The count that must fade, how much of it may be left, and the start of the window in which it does.
  const isCurrent = current > target;
  const count = isCurrent ? current : previous;
  const room = isCurrent ? target : target - current;
  const start = isCurrent ? windowMs : 0;
  const at = count <= room ? start : start + Math.floor((windowMs * (count - room - 1)) / count) + 1;
  return at <= Math.max(0, elapsedMs) ? 0 : at - elapsedMs;
}
