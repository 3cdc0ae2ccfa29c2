import type { Failure } from "@midguard/kernel";
import { isRecord } from "@midguard/kernel/internal";

/** What a predicate says of a failure: whether to retry, or to retry no sooner than in `afterMs`. */
export type Verdict = boolean | { readonly afterMs: number };

const networkError =
  /^(E(CONN(RESET|REFUSED|ABORTED)|TIMEDOUT|PIPE|AI_AGAIN|NOTFOUND|HOSTUNREACH|NETUNREACH)|UND_ERR_(SOCKET|(CONNECT|HEADERS|BODY)_TIMEOUT))$/;
/** A mistake in the program fails the same way every time. By name: `instanceof` is false for another realm's errors. */
const programmingError = /^(Type|Range|Reference|Syntax|Eval|URI|Assertion)Error$/;
/** AWS answers these with status 400. */
const throttled = /Throttl|ThroughputExceeded|TooManyRequests|RequestLimitExceeded|RequestTimeout|SlowDown/;

function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status < 600);
}

function firstStatus(...candidates: readonly unknown[]): number | undefined {
  // A number under 100 is something else, such as the exit status of a child process.
  return candidates.find((status): status is number => typeof status === "number" && status >= 100);
}

function statusOf({ statusCode, status, response, $metadata }: Record<string, unknown>): number | undefined {
  const answer = isRecord(response) ? response : {};
  const metadata = isRecord($metadata) ? $metadata : {};
  return firstStatus(statusCode, status, metadata.httpStatusCode, answer.status, answer.statusCode);
}

/** Our own rejections and a nested policy's missed deadline: trying again would only be told the same. */
function isOurs({ code, expose, problem }: Record<string, unknown>): boolean {
  return code === "CIRCUIT_OPEN" || code === "DEADLINE_EXCEEDED" || (expose === true && isRecord(problem));
}

/** An abort by the caller. A timeout may come as an abort with its cause (AWS SDK, node:http). */
function isAbort({ name, code, cause }: Record<string, unknown>): boolean {
  return (name === "AbortError" || code === "ABORT_ERR") && !(isRecord(cause) && cause.name === "TimeoutError");
}

function isRetryableError(error: unknown): boolean {
  if (!isRecord(error)) return true;
  const { name, cause, $metadata, $retryable } = error;
  if (isOurs(error) || isAbort(error)) return false;
  if (isRecord($metadata) && Number($metadata.attempts) > 1) return false;
  if ($retryable !== undefined) return true;
  const status = statusOf(error);
  if (status !== undefined) return isRetryableStatus(status) || throttled.test(String(name));
  // fetch tells a network failure as a TypeError with the real one as its cause.
  return !programmingError.test(String(name)) || (isRecord(cause) && networkError.test(String(cause.code)));
}

function isFailedResponse(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { status, ok, headers } = value as Record<string, unknown>;
  return typeof status === "number" && (typeof ok === "boolean" || isRecord(headers)) && isRetryableStatus(status);
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
