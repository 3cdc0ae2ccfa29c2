import type { Outcome, RetryStopReason } from "@midguard/kernel";

/** How a run ended without success. */
export interface RetryReport {
  /** Attempts made; 0 if there was no time for one. */
  readonly attempts: number;
  /** How long the run took, in ms. */
  readonly elapsedMs: number;
  /** Why no further attempt was made. */
  readonly reason: RetryStopReason;
}

// Beside the error, not on it: it may be frozen, or shared by several calls.
const reports = new WeakMap<object, RetryReport>();

/**
 * Why a policy gave up with this error, or with this value if a value was the failure. `undefined` for anything that no
 * policy ended with, and for strings and other primitives. If several calls share an error, the last one counts.
 *
 * @example
 * catch (error) {
 *   logger.error("charge failed", { error, ...retryReport(error) });
 * }
 */
export function retryReport(outcome: unknown): RetryReport | undefined {
  return reports.get(outcome as object);
}

/** Keeps the report of a run beside what it ended with. Nothing can be kept beside a string and the like. */
export function keepReport(outcome: Outcome, report: RetryReport): void {
  const result = outcome.ok ? outcome.value : outcome.error;
  if (Object(result) === result) reports.set(result as object, report);
}
