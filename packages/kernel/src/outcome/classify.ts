import { isRejection } from "../errors/rejection.ts";
import { isRecord, read, readText } from "../foreign.ts";
import { writtenStatus } from "../status.ts";
import type { Outcome } from "./outcome.ts";

/** AWS answers a throttled call, and S3 a timed-out one, with status 400 and one of these names. */
const overloadName = /Throttl|TooManyRequests|SlowDown|RequestLimitExceeded|ThroughputExceeded|RequestTimeout/;

/** Whether an HTTP status means that the other side could not answer now: 408, 425, 429 and 5xx. */
function isFailureStatus(status: number): boolean {
  return status < 500 ? [408, 425, 429].includes(status) : status < 600;
}

/** The status in a value: `{ statusCode }` (undici, a Lambda proxy), or `{ status }` beside `ok` or `headers` (fetch, axios). */
function statusOfValue(value: unknown): number | undefined {
  if (!isRecord(value)) return undefined;
  const statusCode = writtenStatus(read(value, "statusCode"));
  if (statusCode !== undefined) return statusCode;
  // A number called `status` alone may be anything.
  const isAnswer = typeof read(value, "ok") === "boolean" || isRecord(read(value, "headers"));
  return isAnswer ? writtenStatus(read(value, "status")) : undefined;
}

/** The status that an error reports: its own (http-errors, ky), an AWS SDK error's, or its response's (axios, got). */
function statusOfError(error: unknown): number | undefined {
  if (!isRecord(error)) return undefined;
  return (
    writtenStatus(read(error, "statusCode")) ??
    writtenStatus(read(error, "status")) ??
    writtenStatus(read(error, "$metadata", "httpStatusCode")) ??
    writtenStatus(read(error, "response", "statusCode")) ??
    writtenStatus(read(error, "response", "status"))
  );
}

/** The status of the answer in an outcome; `undefined` if it holds no answer. */
export function statusOfOutcome(outcome: Outcome): number | undefined {
  return outcome.ok ? statusOfValue(outcome.value) : statusOfError(outcome.error);
}

/**
 * Whether the answer in an outcome is a failure of the other side: 408, 425, 429, 5xx, or throttling by AWS. `undefined`
 * if the outcome holds no answer: an error without a status, or a value that is no response.
 *
 * Retry and circuit breaker both judge by it, so that they cannot disagree.
 */
export function isFailedAnswer(outcome: Outcome): boolean | undefined {
  const status = statusOfOutcome(outcome);
  if (status === undefined) return undefined;
  return isFailureStatus(status) || (!outcome.ok && overloadName.test(readText(outcome.error, "name")));
}

/** Whether an error is a timeout, or an abort caused by one (AWS SDK, `node:http`). */
export function isTimeout(error: unknown): boolean {
  return read(error, "name") === "TimeoutError" || read(error, "cause", "name") === "TimeoutError";
}

/** `AbortError` of the platform, node-fetch, got and the AWS SDK; `CanceledError` of axios; `CancelError` of older gots. */
const abortName = /^(Abort|Aborted|RequestAborted|Cancel(l?ed)?)Error$/;
/** Node; axios and got; got; undici; superagent. */
const abortCodes: readonly unknown[] = ["ABORT_ERR", "ERR_CANCELED", "ERR_ABORTED", "UND_ERR_ABORTED", "ABORTED"];

function isCancelledByGrpc(error: unknown): boolean {
  return read(error, "code") === 1 && isRecord(read(error, "metadata")) && readText(error, "details") !== "";
}

function hasAbortMark(error: unknown): boolean {
  return (
    abortName.test(readText(error, "name")) ||
    // node-redis names the class alone.
    abortName.test(readText(error, "constructor", "name")) ||
    abortCodes.includes(read(error, "code")) ||
    isCancelledByGrpc(error)
  );
}

/** Whether an error is an abort, or is caused by one, other than by a timeout. */
export function isAbort(error: unknown): boolean {
  return !isTimeout(error) && (hasAbortMark(error) || hasAbortMark(read(error, "cause")));
}

/**
 * Whether an error is an abort, and not one that the AWS SDK makes of a timeout of its own: that has the name alone.
 * Nothing else can have aborted the calls of the other clients.
 */
export function isCallersAbort(error: unknown): boolean {
  if (!isAbort(error)) return false;
  const isBare = read(error, "code") === undefined && !isRecord(read(error, "cause"));
  return !isBare || readText(error, "type") === "aborted" || readText(error, "name") !== "AbortError";
}

/** Whether an error is a rejection by Midguard itself, so that the dependency was never called. */
export function isOwnRejection(error: unknown): boolean {
  return (
    isRejection(error, "CIRCUIT_OPEN", "RATE_LIMITED", "ACCESS_DENIED") ||
    // By name: gRPC clients use the code DEADLINE_EXCEEDED for a timeout of the dependency.
    read(error, "name") === "DeadlineExceededError"
  );
}

/** The part of a retry policy's `AttemptTimeoutError` that the circuit breaker reads. */
export interface StarvedAttempt {
  /** The attempt had too little time for any dependency, so that its timeout says nothing about the one it called. */
  readonly starved: boolean;
}

/** Whether an error, or its cause, is the timeout of an attempt that was starved of time. */
export function isStarved(error: unknown): boolean {
  return read(error, "starved") === true || read(error, "cause", "starved") === true;
}
