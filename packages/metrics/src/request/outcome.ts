import type { RequestOutcome } from "@midguard/kernel";
import { isRecord, read, statusOf } from "@midguard/kernel/internal";

/**
 * The outcome if `response` is the answer. The status is its `statusCode`, or `status` (Lambda@Edge), or 200 without
 * either: the shorthand of payload 2.0. It is 502 if the given one is not valid, because that is what a gateway answers
 * then.
 */
export function outcomeOfResponse(response: unknown, isApi: boolean): RequestOutcome {
  // For a queue or a schedule a status is a value like any other.
  if (!isApi) return { statusCode: undefined, response };
  const given = read(response, "statusCode") ?? read(response, "status") ?? 200;
  return { statusCode: statusOf(given) ?? 502, response };
}

/**
 * The outcome if the request has failed and has no answer yet. An error handler further out may answer, and would use the
 * 4xx in the error's `statusCode`.
 */
export function outcomeOfError(error: unknown, isApi: boolean): RequestOutcome {
  const status = isApi ? statusOf(read(error, "statusCode")) : undefined;
  return { statusCode: status !== undefined && status >= 400 && status < 500 ? status : undefined, error };
}

/** The fields of Middy's request that say how it ended. */
interface EndedRequest {
  readonly response: unknown;
  readonly error: unknown;
  readonly earlyResponse?: unknown;
}

/** Which of our own hooks have been called. */
interface CalledHooks {
  readonly before: boolean;
  readonly onError: boolean;
}

/** The final outcome: Middy calls nothing after it. */
export function outcomeAtEnd(request: EndedRequest, isApi: boolean, called: CalledHooks): RequestOutcome {
  const { response, error } = request;
  // If `undefined` was thrown, only our own `onError` knows that the request failed.
  const hasFailed = called.onError || error !== undefined;
  if (hasFailed && (response === undefined || isDiscarded(request, called))) return { statusCode: undefined, error };
  return outcomeOfResponse(response, isApi);
}

/**
 * Whether an `onError` threw after another one had answered: `response` still holds the answer, but Middy throws. It
 * attaches the previous error to the new one. If that is the same error, our own `onError` was skipped without an early
 * return.
 */
function isDiscarded(request: EndedRequest, called: CalledHooks): boolean {
  const previous = read(request.error, "originalError");
  if (previous !== undefined && previous === read(request.error, "cause")) return true;
  return called.before && !called.onError && !("earlyResponse" in request);
}

/** The outcome of a streamed response: its status has been sent, but the body may have broken off. */
export function outcomeOfStream(outcome: RequestOutcome): RequestOutcome {
  const { response } = outcome;
  const body = read(response, "body");
  // Node's own streams keep the error; others break off unseen.
  const error = read(isRecord(body) ? body : response, "errored");
  return isRecord(error) ? { ...outcome, error } : outcome;
}
