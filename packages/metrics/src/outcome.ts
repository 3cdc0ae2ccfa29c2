import { isRecord } from "@midguard/kernel/internal";

/** How a request ended, in the vocabulary of Application Signals: a fault is ours, an error is the client's. */
export interface Outcome {
  /** What the client got, where that is known. */
  readonly statusCode: number | undefined;
  /** 5xx, or no answer at all. */
  readonly fault: boolean;
  /** 4xx. */
  readonly error: boolean;
}

const success: Outcome = { statusCode: undefined, fault: false, error: false };

function ofStatus(statusCode: number): Outcome {
  return { statusCode, fault: statusCode >= 500, error: statusCode >= 400 && statusCode < 500 };
}

function statusIn(value: unknown): number | undefined {
  const status = typeof value === "string" ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599 ? status : undefined;
}

/** A response is on its way: its `statusCode`, or Edge's `status`, or 200, the shorthand of payload 2.0, without either. */
export function outcomeOfResponse(isApi: boolean, response: unknown): Outcome {
  // A status answered to a queue or a schedule is a success like any other value.
  if (!isApi) return success;
  const given = isRecord(response) ? (response.statusCode ?? response.status) : undefined;
  if (given === undefined || given === null) return ofStatus(200);
  // The gateway answers 502 for a status that is none.
  return ofStatus(statusIn(given) ?? 502);
}

/** Nobody has answered, and nobody will: Lambda reports the error, and the gateway answers 5xx. */
const unanswered = failed(undefined);

/** A fault whatever the status, which may have been sent long before. */
function failed(statusCode: number | undefined): Outcome {
  return { statusCode, fault: true, error: false };
}

/** Nobody has answered yet, but an error handler further out may: it would use the error's own 4xx. */
export function outcomeOfError(isApi: boolean, error: unknown): Outcome {
  const status = isApi && isRecord(error) ? statusIn(error.statusCode) : undefined;
  return status === undefined || status < 400 || status >= 500 ? unanswered : ofStatus(status);
}

/** The fields of Middy's request that tell how it ended. */
interface EndedRequest {
  readonly response: unknown;
  readonly error: unknown;
  readonly earlyResponse?: unknown;
}

/** What our own hooks have seen. */
interface Seen {
  /** Our `before` was called, so our `onError` is installed. */
  readonly byHooks: boolean;
  /** Our `onError` was called. */
  readonly failed: boolean;
}

/** The end of the request, as a plugin sees it: nothing comes after. A streamed answer that broke off never arrived. */
export function outcomeAtEnd(isApi: boolean, request: EndedRequest, seen: Seen, brokeOff: boolean): Outcome {
  const { response, error } = request;
  // The error says nothing where `undefined` was thrown, but then our onError was called.
  const hasFailed = error !== undefined || seen.failed;
  if (hasFailed && (response === undefined || isDiscarded(request, seen))) return unanswered;
  const outcome = outcomeOfResponse(isApi, response);
  return brokeOff ? failed(outcome.statusCode) : outcome;
}

/**
 * Whether an `onError` has thrown after another had answered: the answer still stands in `response`, but Middy throws.
 * It marks the new error with the one before; or else our own `onError` was passed over, though nobody returned early.
 */
function isDiscarded(request: EndedRequest, { byHooks, failed }: Seen): boolean {
  const { error } = request;
  if (isRecord(error) && error.originalError !== undefined && error.originalError === error.cause) return true;
  return byHooks && !failed && !("earlyResponse" in request);
}
