import { createMadeOnce, text, wholeNumber } from "@midguard/kernel/internal";
import { createEngine } from "./engine/engine.ts";
import { type RateLimiterOptions, resolveLimiterOptions } from "./options.ts";
import type { Decision, LimitState } from "./store/decision.ts";

/** Limits by key, without Middy. */
export interface RateLimiter {
  /**
   * Takes `cost` (1) from every limit of `key`, or nothing from any: the decision reports which. If the store fails,
   * `onStoreError` decides. Rejects with a `TypeError` or `RangeError` for a bad key or cost.
   */
  take(key: string, options?: { readonly cost?: number }): Promise<Decision>;
  /** What is left of each limit. Takes nothing. Rejects if the store fails. */
  peek(key: string): Promise<readonly LimitState[]>;
  /**
   * Gives back what a decision of `take` charged, once: never below 0, and nothing if its window is over. If the store
   * fails, it stays charged. Not for decisions from before a `reset` of their key, which has given it back already.
   */
  refund(decision: Decision): Promise<void>;
  /** Forgets everything counted under `key`. Rejects if the store fails. */
  reset(key: string): Promise<void>;
}

const costRule = wholeNumber();
const checkMadeOnce = createMadeOnce("createRateLimiter");

/**
 * A limiter to call yourself: for calls that are no API request, or under other keys than a request's.
 *
 * @example
 * const mails = createRateLimiter({ name: "mails", limits: [slidingWindow(3, "10m"), quota(20, "day")] });
 * const { allowed, retryAfterMs } = await mails.take(user.id);
 *
 * @throws TypeError or RangeError for a bad option, naming it and its value.
 */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const [engineOptions, given] = resolveLimiterOptions(options);
  checkMadeOnce(engineOptions.name);
  const engine = createEngine(engineOptions);
  const limits = engine.check(given);
  return {
    async take(key, options) {
      const cost = options?.cost ?? 1;
      text("take: key", key);
      costRule("take: cost", cost);
      return engine.take(key, cost, limits);
    },
    async peek(key) {
      return engine.peek(text("peek: key", key), limits);
    },
    refund: (decision) => engine.refund(decision),
    async reset(key) {
      return engine.reset(text("reset: key", key));
    },
  };
}
