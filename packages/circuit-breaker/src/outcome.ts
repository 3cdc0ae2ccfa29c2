import type { Outcome } from "@midguard/kernel";
import {
  isCallersAbort,
  isFailedAnswer,
  isOwnRejection,
  isStarved,
  isTimeout,
  syncResult,
} from "@midguard/kernel/internal";

/**
 * The default of the option `isFailure`, for your own to build on. Failures are the answers 408, 425, 429 and 5xx, AWS's
 * throttling errors, and every error without a status (network errors, timeouts, unknown errors). Every other answer is a
 * success: a dependency that answers 404 works.
 *
 * The status is a number of at least 100, or the same as text: an error's `statusCode`, `status`,
 * `$metadata.httpStatusCode` or that of its `response`; a value's `statusCode`, or its `status` beside `ok` or `headers` (a
 * `Response`).
 *
 * @example
 * createCircuitBreaker({
 *   name: "search",
 *   isFailure: (outcome) => isFailure(outcome) && !(!outcome.ok && outcome.error instanceof NoResultError),
 * });
 */
export function isFailure(outcome: Outcome): boolean {
  // An error without a status is a network error, a timeout, or unknown.
  return isFailedAnswer(outcome) ?? !outcome.ok;
}

/** Whether the caller, and not a timeout, aborted the signal of a call. */
function hasCallerLeft(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && !isTimeout(signal.reason);
}

/**
 * Whether an outcome says nothing about the dependency: a rejection by Midguard, which never reached it; an attempt that was
 * starved of time; or an abort by the caller.
 *
 * @param signal - The signal that the call was given, if any.
 */
function isNeutral(outcome: Outcome, signal?: AbortSignal): boolean {
  if (outcome.ok) return false;
  const { error } = outcome;
  return isStarved(error) || isOwnRejection(error) || isCallersAbort(error) || hasCallerLeft(signal);
}

/** What a call's outcome says about the dependency, with `isFailure` as the user's own rule. */
export function judge(
  outcome: Outcome,
  isFailure: (outcome: Outcome) => boolean,
  signal?: AbortSignal,
): "success" | "failure" | "neutral" {
  if (isNeutral(outcome, signal)) return "neutral";
  return syncResult("isFailure", isFailure(outcome)) ? "failure" : "success";
}
