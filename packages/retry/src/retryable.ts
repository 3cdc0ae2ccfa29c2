import type { Failure } from "@midguard/kernel";
import { fieldsOf, isAbort, isFailedAnswerOfError, isFailureStatus, isOurs, isRecord } from "@midguard/kernel/internal";

/** What a predicate says of a failure: whether to retry, or to retry no sooner than in `afterMs`. */
export type Verdict = boolean | { readonly afterMs: number };

/** The system's own codes, and those of undici, the client behind fetch; not Node's `ERR_...`, which tell mistakes. */
const networkError = /^(E(?!RR_)|UND_ERR_(SOCKET|\w+_TIMEOUT)$)/;
/** A mistake in the program fails the same way every time. By name: `instanceof` is false for another realm's errors. */
const programmingError = /^(Type|Range|Reference|Syntax|Eval|URI|Assertion)Error$/;

function isRetryableError(error: unknown): boolean {
  const { name, cause, $metadata, $retryable } = fieldsOf(error);
  // Trying again after a rejection of our own would only be told the same, and the SDK has tried again already.
  if (isOurs(error) || isAbort(error) || Number(fieldsOf($metadata).attempts) > 1) return false;
  if ($retryable !== undefined) return true;
  // fetch tells a network failure as a TypeError with the real one as its cause.
  return (
    isFailedAnswerOfError(error) ??
    (!programmingError.test(String(name)) || networkError.test(String(fieldsOf(cause).code)))
  );
}

function isFailedResponse(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { status, ok, headers } = value;
  return isFailureStatus(status) && (typeof ok === "boolean" || isRecord(headers));
}

/**
 * Whether a failure may pass: the default of `retryable`, to be combined with a rule of your own.
 *
 * Errors: network errors, timeouts, an HTTP status of 408, 425, 429 or 5xx, AWS SDK errors that say so or are throttling,
 * and every other error that is not known to be lasting. Never: an open circuit and other rejections of this family,
 * aborts, programming errors (`TypeError` that is no failed `fetch`, `RangeError`, `SyntaxError` and the like), other
 * HTTP statuses, and SDK errors that the SDK has retried already.
 *
 * Values: what looks like a `Response` and has one of those statuses. Every other value is a success.
 *
 * @example
 * createRetry({
 *   retryable: (failure) => isRetryable(failure) || ("value" in failure && failure.value === "PENDING"),
 * });
 */
export function isRetryable(failure: Failure): boolean {
  return "error" in failure ? isRetryableError(failure.error) : isFailedResponse(failure.value);
}
