import { number, readOptions } from "@midguard/kernel/internal";

/** The retries that the policies of one dependency may make together. Its methods are synchronous. */
export interface RetryBudget {
  /** Retries that could be made now, with the part of one that is being saved up. */
  readonly tokens: number;
  /** Takes one retry. Returns `false` if less than one is left. */
  spend(): boolean;
  /**
   * Gives back what was spent on a retry that was not made after all: the caller aborted in the wait, time was up after it,
   * or an open circuit rejected it.
   */
  refund(): void;
  /** Adds `perSuccess`, after a success. */
  earn(): void;
}

/** Options of {@link createRetryBudget}. */
export interface RetryBudgetOptions {
  /** The most retries that are saved up. @default 3 */
  readonly capacity?: number | undefined;
  /** Retries that a new environment may make before its first success. @default 1, or the capacity if that is less */
  readonly initial?: number | undefined;
  /** Retries that each success is worth. @default 0.2 */
  readonly perSuccess?: number | undefined;
}

// Ten times 0.1 is 0.9999999999999999.
const roundingError = 1e-9;

/**
 * Makes a token bucket that bounds retries by successes: never more than `initial + perSuccess x successes`. In an outage
 * a fleet then sends a fifth more calls instead of four times as many. Time does not refill it, so a freeze of the process
 * does not matter. It starts low because every cold environment has its own.
 *
 * Give the same budget to all policies that call the same dependency.
 *
 * @example
 * const budget = createRetryBudget({ perSuccess: 0.1 });
 * const reads = createRetry({ budget });
 * const writes = createRetry({ budget, maxRetries: 1 });
 *
 * @see https://brooker.co.za/blog/2022/02/28/retries.html
 * @throws TypeError or RangeError for a bad option.
 */
export function createRetryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  const rules = { capacity: number(), initial: number(), perSuccess: number() };
  const defaults = { capacity: 3, perSuccess: 0.2 };
  const {
    capacity,
    perSuccess,
    initial = Math.min(1, capacity),
  } = readOptions("createRetryBudget", options, rules, defaults);
  number({ max: capacity })("createRetryBudget: initial", initial);
  let tokens = initial;
  return {
    spend() {
      if (tokens < 1 - roundingError) return false;
      tokens = Math.max(0, tokens - 1);
      return true;
    },
    refund() {
      tokens = Math.min(capacity, tokens + 1);
    },
    earn() {
      tokens = Math.min(capacity, tokens + perSuccess);
    },
    get tokens() {
      return tokens;
    },
  };
}
