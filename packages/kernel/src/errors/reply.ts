import { isRecord, read } from "../foreign.ts";
import { describeRequest } from "../request/describe.ts";
import { isRejection, type Rejection } from "./rejection.ts";

/** The fields that are kept of an answer that ours replaces. */
interface Others {
  readonly headers?: unknown;
  readonly multiValueHeaders?: unknown;
  readonly cookies?: unknown;
}

/**
 * Answers `event` with `error` as a problem document (RFC 9457), in the shape of the event's kind, and with the headers and
 * cookies of `others` beside its own. `undefined` if the event is no API request: the error must then stay an error,
 * because a queue takes an answer with a status for a success.
 */
export function replyTo(event: unknown, error: Rejection, others: Others = {}): Record<string, unknown> | undefined {
  const request = describeRequest(event);
  if (request === undefined) return undefined;
  const { statusCode, message, problem } = error;
  const body = JSON.stringify({ ...problem, status: statusCode, detail: message });
  const own = Object.entries({ "Content-Type": "application/problem+json", ...error.headers });
  // A name in two spellings would be sent twice.
  const ownNames = own.map(([name]) => name.toLowerCase());
  function kept(headers: unknown): [string, unknown][] {
    const all = isRecord(headers) ? Object.entries(headers) : [];
    return all.filter(([name]) => !ownNames.includes(name.toLowerCase()));
  }
  const entries = [...kept(others.headers), ...own];
  const headers = Object.fromEntries(entries);
  if (request.kind === "edge") {
    const lists = Object.fromEntries(entries.map(([key, value]) => [key.toLowerCase(), [{ key, value }]]));
    return { status: String(statusCode), statusDescription: problem.title, headers: lists, body };
  }
  const lists = kept(others.multiValueHeaders);
  if (request.kind !== "alb") {
    const { cookies } = others;
    const multiValue = lists.length > 0 && { multiValueHeaders: Object.fromEntries(lists) };
    return { statusCode, headers, ...multiValue, ...(cookies !== undefined && { cookies }), body };
  }
  const status = { statusCode, statusDescription: `${statusCode} ${problem.title}`, isBase64Encoded: false };
  // A target group with multi-value headers switched on reads only those.
  if (!isRecord(event) || !isRecord(event.multiValueHeaders)) return { ...status, headers, body };
  const listed = lists.map(([name]) => name.toLowerCase());
  const single = entries.filter(([name]) => !listed.includes(name.toLowerCase()));
  const all = [...lists, ...single.map(([name, value]) => [name, [value]])];
  return { ...status, multiValueHeaders: Object.fromEntries(all), body };
}

/**
 * For an `onError` hook: answers our own error with one of `codes` if there is no answer yet, or if the answer is the plain
 * text that `@middy/http-error-handler` made of the error. Headers and cookies that others have set stay. Any other answer
 * is the user's, and stays.
 */
export function answerRejection(
  request: { readonly event: unknown; readonly error: unknown; response?: unknown },
  ...codes: readonly string[]
): void {
  const { error, response } = request;
  if (!isRejection(error, ...codes)) return;
  const others = isRecord(response) ? response : {};
  if (response !== undefined && read(response, "body") !== error.message) return;
  // Assigned, not returned: a returned value would skip the other onError hooks.
  request.response = replyTo(request.event, error, others) ?? response;
}
