import { number, readOptions } from "@midguard/kernel/internal";

/** What a retry follows: a timeout held a caller and a server for long, any other failure did not. */
export type RetryCause = "failure" | "timeout";

/** The retries that the policies of one dependency may make together. Its methods are synchronous. */
export interface RetryBudget {
  /** Retries that could be made now, with the part of one that is being saved up. */
  readonly tokens: number;
  /**
   * Takes what a retry costs: one token, or `timeoutCost` after a timeout. Returns `false` if fewer are left.
   *
   * @param cause - What the retry follows. @default "failure"
   */
  spend(cause?: RetryCause): boolean;
  /**
   * Gives back what was spent on a retry that was not made after all: the caller aborted in the wait, time was up after it,
   * or an open circuit rejected it.
   */
  refund(cause?: RetryCause): void;
  /** Adds `perSuccess`, after a success. */
  earn(): void;
}

/** Options of {@link createRetryBudget}. */
export interface RetryBudgetOptions {
  /** The most retries that are saved up. @default 3 */
  readonly capacity?: number | undefined;
  /**
   * Retries that may be made before the first success. In Lambda it is 1, because in an outage every cold environment would
   * spend its own. Elsewhere one process lives long, and a test expects the retries that it asked for.
   *
   * @default 1 in Lambda, or the capacity if that is less; the capacity elsewhere
   */
  readonly initial?: number | undefined;
  /** Retries that each success is worth. @default 0.2 */
  readonly perSuccess?: number | undefined;
  /**
   * What a retry after a timeout costs; after any other failure it costs 1. In Lambda it is 2, so that a cold
   * environment does not repeat a timeout before its fifth success: a dependency that hangs works off every call that
   * it was sent.
   *
   * @default 2 in Lambda, or the capacity if that is less; 1 elsewhere
   */
  readonly timeoutCost?: number | undefined;
}

/** The default `capacity`. */
export const defaultCapacity = 3;

function isInLambda(): boolean {
  return process.env.AWS_LAMBDA_FUNCTION_NAME !== undefined;
}

function startOf(capacity: number): number {
  return isInLambda() ? Math.min(1, capacity) : capacity;
}

/** A full budget pays for a retry after a timeout, however small it is. */
function timeoutCostOf(capacity: number): number {
  return isInLambda() ? Math.max(1, Math.min(2, capacity)) : 1;
}

// Ten times 0.1 is 0.9999999999999999.
const roundingError = 1e-9;

/**
 * Makes a token bucket that bounds retries by successes: never more than `initial + perSuccess x successes`. In an outage
 * a fleet then sends a fifth more calls instead of four times as many. Time does not refill it, so a freeze of the process
 * does not matter. In Lambda it starts low, because every cold environment has its own.
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
  const rules = { capacity: number(), initial: number(), perSuccess: number(), timeoutCost: number({ min: 1 }) };
  const defaults = { capacity: defaultCapacity, perSuccess: 0.2 };
  const {
    capacity,
    perSuccess,
    initial = startOf(capacity),
    timeoutCost = timeoutCostOf(capacity),
  } = readOptions("createRetryBudget", options, rules, defaults);
  number({ max: capacity })("createRetryBudget: initial", initial);
  let tokens = initial;

  function costOf(cause: RetryCause = "failure"): number {
    return cause === "timeout" ? timeoutCost : 1;
  }

  return {
    spend(cause) {
      const cost = costOf(cause);
      if (tokens < cost - roundingError) return false;
      tokens = Math.max(0, tokens - cost);
      return true;
    },
    refund(cause) {
      tokens = Math.min(capacity, tokens + costOf(cause));
    },
    earn() {
      tokens = Math.min(capacity, tokens + perSuccess);
    },
    get tokens() {
      return tokens;
    },
  };
}
