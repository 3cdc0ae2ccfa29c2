import type { Outcome } from "@midguard/kernel";
import { isFailedAnswer, isRecord, read, readText } from "@midguard/kernel/internal";
import { isClockCorrected, isFinal } from "./sdk-errors.ts";

/** The verdict of a rule: whether to retry, or to retry no sooner than in `afterMs`. */
export type Verdict = boolean | { readonly afterMs: number };

/** The system's own codes, and those of undici, the client behind fetch; not Node's `ERR_...`, which mean mistakes. */
const networkError = /^(E(?!RR_)|UND_ERR_(SOCKET|\w+_TIMEOUT)$)/;
/** A mistake in the program fails the same way every time. By name: `instanceof` is false for another realm's errors. */
const programmingError = /^(Type|Range|Reference|Syntax|Eval|URI|Assertion)Error$/;

/**
 * Whether an error that carries no answer may pass. fetch throws a network failure as a `TypeError` with the real one
 * as its cause.
 */
function mayPass(error: unknown): boolean {
  return !programmingError.test(readText(error, "name")) || networkError.test(readText(error, "cause", "code"));
}

/**
 * Whether an outcome is a failure that may pass: the default of `retryable`, to be combined with a rule of your own.
 *
 * Errors: network errors, timeouts, an HTTP status of 408, 425, 429 or 5xx, AWS SDK errors that are marked retryable,
 * report throttling or let the SDK correct its clock, and every other error that is not known to be lasting. Never: an
 * open circuit and other rejections by Midguard, aborts (of the platform and of HTTP clients, also as a cause),
 * programming errors (a `TypeError` that is no failed `fetch`, `RangeError`, `SyntaxError` and the like), other HTTP
 * statuses, and errors of calls that the AWS SDK has retried already.
 *
 * Values: responses with one of those statuses, which are objects with a `statusCode`, or with a `status` beside `ok` or
 * `headers`. Every other value is a success.
 *
 * @example
 * createRetry({
 *   retryable: (outcome) => isRetryable(outcome) || (outcome.ok && outcome.value === "PENDING"),
 * });
 */
export function isRetryable(outcome: Outcome): boolean {
  if (outcome.ok) return isRecord(outcome.value) && (isFailedAnswer(outcome) ?? false);
  const { error } = outcome;
  // A second call after a rejection by Midguard would be rejected too, and the SDK has made its own retries.
  if (isFinal(error)) return false;
  if (read(error, "$retryable") !== undefined || isClockCorrected(error)) return true;
  return isFailedAnswer(outcome) ?? mayPass(error);
}
