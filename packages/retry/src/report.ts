import type { RetryStopReason } from "@midguard/kernel";

/** How a run came to its end without success. */
export interface RetryReport {
  /** Attempts made; 0 where no time was left for one. */
  readonly attempts: number;
  /**
   * From the start of the run, in ms. Outside of an invocation, with neither `maxElapsedMs` nor an attempt that reads its
   * signal or `remainingMs`, from the first failure: a run that succeeds at once reads no clock.
   */
  readonly elapsedMs: number;
  /** Why no further attempt was made. */
  readonly reason: RetryStopReason;
}

// Beside the error, not on it: it may be frozen, or shared by several calls.
const reports = new WeakMap<object, RetryReport>();

export function fileReport(outcome: unknown, report: RetryReport): void {
  if (Object(outcome) === outcome) reports.set(outcome as object, report);
}

/**
 * Why a policy gave up with this error, or with this value where a value was the failure. `undefined` for what no policy
 * ended with, and for strings and the like, which nothing can be kept beside. Where calls share an error, the last counts.
 *
 * @example
 * catch (error) {
 *   logger.error("charge failed", { error, ...retryReport(error) });
 * }
 */
export function retryReport(outcome: unknown): RetryReport | undefined {
  return reports.get(outcome as object);
}
