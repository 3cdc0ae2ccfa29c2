export type { Clock, Outcome } from "@midguard/kernel";
export {
  type Backoff,
  constant,
  type DecorrelatedOptions,
  decorrelated,
  type ExponentialOptions,
  exponential,
  type Jitter,
} from "./decisions/backoff.ts";
export { createRetryBudget, type RetryBudget, type RetryBudgetOptions, type RetryCause } from "./decisions/budget.ts";
export { retryAfterMs } from "./decisions/retry-after.ts";
export { isRetryable, type Verdict } from "./decisions/retryable.ts";
export type { Attempt } from "./engine/attempt.ts";
export { type RetryReport, retryReport } from "./engine/report.ts";
export { AttemptTimeoutError, DeadlineExceededError } from "./errors.ts";
export { type RetryMiddlewareOptions, retry } from "./middleware.ts";
export type { RetryOptions, RunOptions } from "./options.ts";
export { createRetry, type Retry } from "./retry.ts";
