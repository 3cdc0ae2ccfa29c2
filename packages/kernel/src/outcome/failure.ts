import { isRejection } from "../errors/rejection.ts";
import { isRecord } from "../foreign.ts";

// AWS answers a throttled call, and S3 a timed-out one, with status 400 and one of these names.
const overloadName = /Throttl|TooManyRequests|SlowDown|RequestLimitExceeded|ThroughputExceeded|RequestTimeout/;

/** The fields of any value. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

/** Whether an HTTP status says that the other side could not answer now: 408, 425, 429 and 5xx. */
export function isFailureStatus(status: unknown): boolean {
  return typeof status === "number" && (status < 500 ? [408, 425, 429].includes(status) : status < 600);
}

/** Whether the answer that an error tells of is a failure; `undefined` where it tells of none. */
export function isFailedAnswer(error: unknown): boolean | undefined {
  const { name, statusCode, status, $metadata, response } = fieldsOf(error);
  const answer = fieldsOf(response);
  const statuses = [statusCode, status, fieldsOf($metadata).httpStatusCode, answer.statusCode, answer.status];
  // A number under 100 is something else, such as the exit status of a child process.
  const told = statuses.find((status) => typeof status === "number" && status >= 100);
  return told === undefined ? undefined : isFailureStatus(told) || overloadName.test(String(name));
}

/** Whether an error is of the family's own making, so that the dependency was never called. */
export function isOurs(error: unknown): boolean {
  return (
    isRejection(error, "CIRCUIT_OPEN", "RATE_LIMITED", "ACCESS_DENIED") ||
    fieldsOf(error).name === "DeadlineExceededError"
  );
}

/** Whether an error is a timeout, or an abort that has one as its cause (AWS SDK, `node:http`). */
export function isTimeout(error: unknown): boolean {
  const { name, cause } = fieldsOf(error);
  return name === "TimeoutError" || fieldsOf(cause).name === "TimeoutError";
}

/** Whether an error is an abort, other than by a timeout. */
export function isAbort(error: unknown): boolean {
  const { name, code } = fieldsOf(error);
  return (name === "AbortError" || code === "ABORT_ERR") && !isTimeout(error);
}
