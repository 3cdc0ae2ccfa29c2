import { isRecord, isRejection } from "@midguard/kernel/internal";

/** How a call ended: with an error, or with a value. */
export type Outcome = { readonly error: unknown } | { readonly value: unknown };

type Fields = Readonly<Record<string, unknown>>;

// AWS answers a throttled call, and S3 a timed-out one, with status 400 and one of these names.
const overloadName = /Throttl|TooManyRequests|SlowDown|RequestLimitExceeded|ThroughputExceeded|RequestTimeout/;

function fieldsOf(value: unknown): Fields {
  return isRecord(value) ? value : {};
}

function isFailureStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status < 600);
}

function isFailedValue(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { statusCode, status } = value;
  if (typeof statusCode === "number") return isFailureStatus(statusCode);
  // A number called `status` may be anything; beside headers it is an answer's (fetch, axios).
  return typeof status === "number" && isFailureStatus(status) && isRecord(value.headers);
}

function isFailedError(error: unknown): boolean {
  const { name, statusCode, status, $metadata, response } = fieldsOf(error);
  const answer = fieldsOf(response);
  const statuses = [statusCode, status, fieldsOf($metadata).httpStatusCode, answer.statusCode, answer.status];
  // A number under 100 is something else, such as the exit status of a child process.
  const answered = statuses.find((status): status is number => typeof status === "number" && status >= 100);
  // Without a status there was no answer: a network error, a timeout, or an error that nobody can judge.
  if (answered === undefined) return true;
  return isFailureStatus(answered) || overloadName.test(String(name));
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
  return "error" in outcome ? isFailedError(outcome.error) : isFailedValue(outcome.value);
}

/**
 * Whether an error says nothing about the dependency: a rejection of Midguard's own, which never reached it, or the
 * caller's abort. A timeout that comes as an `AbortError` with its cause (`node:http`) is no abort of the caller's.
 */
export function isNeutral(error: unknown): boolean {
  if (isRejection(error, "CIRCUIT_OPEN", "RATE_LIMITED", "ACCESS_DENIED")) return true;
  const { name, code, cause } = fieldsOf(error);
  if (name === "AbortError" || code === "ABORT_ERR") {
    // The AWS SDK's has neither reason nor code, timeout or not: a dependency that hangs must not look like a caller who left.
    return isRecord(cause) ? cause.name !== "TimeoutError" : code !== undefined;
  }
  // A retry policy inside that had no time left for even one attempt.
  return name === "DeadlineExceededError";
}
