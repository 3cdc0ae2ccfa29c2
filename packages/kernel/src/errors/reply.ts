import { isRecord, read } from "../foreign.ts";
import { describeRequest } from "../request/describe.ts";
import { statusOf } from "../status.ts";
import { isRejection, type Rejection } from "./rejection.ts";

/** The fields that are kept of an answer that ours replaces. */
interface Others {
  readonly headers?: unknown;
  readonly multiValueHeaders?: unknown;
  readonly cookies?: unknown;
}

/** What an error is answered with; `message` is the detail of the problem document. */
export type Answer = Pick<Rejection, "statusCode" | "headers" | "problem" | "message">;

/**
 * Answers `event` with `answer` as a problem document (RFC 9457), in the shape of the event's kind, and with the headers and
 * cookies of `others` beside its own. `undefined` if the event is no API request: the error must then stay an error,
 * because a queue takes an answer with a status for a success.
 */
export function replyTo(event: unknown, answer: Answer, others: Others = {}): Record<string, unknown> | undefined {
  const request = describeRequest(event);
  if (request === undefined) return undefined;
  const { statusCode, message, problem } = answer;
  const body = JSON.stringify({ ...problem, status: statusCode, detail: message });
  const own = Object.entries({ "Content-Type": "application/problem+json", ...answer.headers });
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

/** The part of Middy's request that an `onError` hook answers. */
interface Failed {
  readonly event: unknown;
  readonly error: unknown;
  response?: unknown;
}

/**
 * For an `onError` hook: answers the error if there is no answer yet, or if the answer is the plain text that
 * `@middy/http-error-handler` made of the error. Headers and cookies that others have set stay. Any other answer is the
 * user's, and stays.
 *
 * @param make - Makes the answer. If it throws, because the error is another library's, the error stays one.
 */
export function answerWith(request: Failed, make: () => Answer): void {
  const { error, response } = request;
  const body = read(response, "body");
  const isPlain = typeof body === "string" && body === read(error, "message");
  if (response !== undefined && !isPlain) return;
  try {
    const answer = make();
    // An error is never answered with a success.
    if ((statusOf(answer.statusCode) ?? 0) < 400) return;
    const others = isRecord(response) ? response : {};
    // Assigned, not returned: a returned value would skip the other onError hooks.
    request.response = replyTo(request.event, answer, others) ?? response;
  } catch {
    // An error that only looks like ours.
  }
}

/** For an `onError` hook: {@link answerWith} our own error, if it has one of `codes`. */
export function answerRejection(request: Failed, ...codes: readonly string[]): void {
  const { error } = request;
  if (isRejection(error, ...codes)) answerWith(request, () => error);
}
