import {
  fieldsOf,
  isAbort,
  isFailedAnswerOfError,
  isFailureStatus,
  isOurs,
  isRecord,
  isTimeout,
} from "@midguard/kernel/internal";

/** How a call ended: with an error, or with a value. */
export type Outcome = { readonly error: unknown } | { readonly value: unknown };

function isFailedValue(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { statusCode, status, headers } = value;
  // A number called `status` may be anything; beside headers it is an answer's (fetch, axios).
  return typeof statusCode === "number" ? isFailureStatus(statusCode) : isFailureStatus(status) && isRecord(headers);
}

/**
 * What counts as a failure where the option `isFailure` is not given; to be built on where it is. Failures are the answers
 * 408, 425, 429 and 5xx, AWS's throttling errors, and every error without a status (network errors, timeouts, unknown
 * errors). Every other answer is a success: a dependency that says 404 works.
 *
 * The status is a number of at least 100, read from an error's `statusCode`, `status`, `$metadata.httpStatusCode` or
 * `response`, and from a value that has a `statusCode`, or a `status` and `headers` (a `Response`).
 *
 * @example
 * createCircuitBreaker({
 *   name: "search",
 *   isFailure: (outcome) => isFailure(outcome) && !("error" in outcome && outcome.error instanceof NoResultError),
 * });
 */
export function isFailure(outcome: Outcome): boolean {
  // Without a status there was no answer: a network error, a timeout, or an error that nobody can judge.
  return "error" in outcome ? (isFailedAnswerOfError(outcome.error) ?? true) : isFailedValue(outcome.value);
}

/** Whether a retry policy cut an attempt because its time was nearly over: no dependency is quick enough for that. */
function isStarved(error: unknown): boolean {
  return fieldsOf(error).starved === true;
}

/**
 * Whether an error says nothing about the dependency: a rejection of Midguard's own, which never reached it (a retry
 * policy inside that had no time left is one too), an attempt that was starved of time, or the caller's abort.
 */
export function isNeutral(error: unknown): boolean {
  const { code, cause } = fieldsOf(error);
  if (isStarved(error) || isStarved(cause)) return true;
  // The AWS SDK's has neither reason nor code, timeout or not: a dependency that hangs must not look like a caller who left.
  return isOurs(error) || (isAbort(error) && (isRecord(cause) || code !== undefined));
}

/** Whether the signal of a call that failed had been aborted by the caller, not by a timeout. */
export function isAbortOfCaller(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && !isTimeout(signal.reason);
}
