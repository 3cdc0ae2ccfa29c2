import { checkNumber, checkOptions } from "@midguard/kernel/internal";

/** What the policies of one dependency may spend on retries together. */
export interface RetryBudget {
  /** Retries that could be made now; a part of one is being saved up. */
  readonly tokens: number;
  /** Takes one retry. `false` where less than one is left. */
  spend(): boolean;
  /**
   * Gives back what was spent on a retry that was not made after all: in the wait the caller left or time was up, or an
   * open circuit rejected it.
   */
  refund(): void;
  /** Adds what a success is worth. */
  earn(): void;
}

/** Options of {@link createRetryBudget}. */
export interface RetryBudgetOptions {
  /** The most retries that are saved up. @default 3 */
  readonly capacity?: number | undefined;
  /** Retries that a new environment may make before its first success. @default 1, or the capacity where that is less */
  readonly initial?: number | undefined;
  /** Retries that each success is worth. @default 0.2 */
  readonly perSuccess?: number | undefined;
}

// Ten times 0.1 is 0.9999999999999999.
const roundingError = 1e-9;

/**
 * A token bucket that bounds retries by successes: never more than `initial + perSuccess x successes`. While all is
 * well it hardly shows; in an outage it turns a fleet's threefold load into a fifth more. Nothing refills it by time, so
 * a frozen process finds it as it was. It starts low because every cold environment brings its own.
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
  const {
    capacity,
    perSuccess,
    initial = Math.min(1, capacity),
  } = checkOptions("createRetryBudget", options, { capacity: 3, perSuccess: 0.2 }, { initial: 1 });
  checkNumber("capacity", capacity, 0);
  checkNumber("initial", initial, 0, capacity);
  checkNumber("perSuccess", perSuccess, 0);
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
      // Nearly always it is full: then nothing is written.
      if (tokens < capacity) tokens = Math.min(capacity, tokens + perSuccess);
    },
    get tokens() {
      return tokens;
    },
  };
}
