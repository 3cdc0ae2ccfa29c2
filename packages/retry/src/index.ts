export type { Clock, Outcome } from "@midguard/kernel";
export type { Attempt } from "./attempt.ts";
export {
  type Backoff,
  constant,
  type DecorrelatedOptions,
  decorrelated,
  type ExponentialOptions,
  exponential,
  type Jitter,
} from "./backoff.ts";
export { createRetryBudget, type RetryBudget, type RetryBudgetOptions, type RetryCause } from "./budget.ts";
export { AttemptTimeoutError, DeadlineExceededError } from "./errors.ts";
export { type RetryMiddlewareOptions, retry } from "./middleware.ts";
export type { RetryOptions, RunOptions } from "./options.ts";
export { type RetryReport, retryReport } from "./report.ts";
export { createRetry, type Retry } from "./retry.ts";
export { retryAfterMs } from "./retry-after.ts";
export { isRetryable, type Verdict } from "./retryable.ts";
