import { isRecord } from "@midguard/kernel/internal";
import type { Headers } from "./headers.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What of `added` is not among `present`, whatever the case: what the user has set stays. */
function missing(added: Headers, ...present: readonly Fields[]): Headers {
  const left: Headers = {};
  for (const [name, value] of Object.entries(added)) {
    if (!present.some((headers) => hasName(headers, name))) left[name] = value;
  }
  return left;
}

function hasName(headers: Fields, name: string): boolean {
  for (const other in headers) {
    // The length first: on most names it saves the lower case, on every request.
    if (other.length === name.length && other.toLowerCase() === name.toLowerCase()) return true;
  }
  return false;
}

/**
 * A response with headers added, the same where there is no place for them: one without a status (the short form of
 * payload 2.0, where the whole object is the body). A copy, since handlers may return a constant.
 */
export function withHeaders(event: unknown, response: Fields, added: Headers): Fields {
  if (typeof response.statusCode !== "number") return response;
  const { headers = {}, multiValueHeaders = {} } = response;
  if (!isRecord(headers) || !isRecord(multiValueHeaders)) return response;
  const extra = missing(added, headers, multiValueHeaders);
  // A target group with multi-value headers switched on reads only those.
  const multiple =
    isRecord(event) &&
    isRecord(event.multiValueHeaders) &&
    isRecord(event.requestContext) &&
    "elb" in event.requestContext;
  if (!multiple) return { ...response, headers: { ...headers, ...extra } };
  const listed = Object.fromEntries(Object.entries(extra).map(([name, value]) => [name, [value]]));
  return { ...response, multiValueHeaders: { ...multiValueHeaders, ...listed } };
}
