import { isRecord } from "@midguard/kernel/internal";
import type { Headers } from "./headers.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What of `added` is not among `present`, whatever the case: what the user has set stays. */
function missing(added: Headers, present: Fields): Headers {
  const names = new Set(Object.keys(present).map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(added).filter(([name]) => !names.has(name.toLowerCase())));
}

/**
 * A response with headers added, the same where there is no place for them: one without a status (the short form of
 * payload 2.0, where the whole object is the body). A copy, since handlers may return a constant.
 */
export function withHeaders(event: unknown, response: Fields, added: Headers): Fields {
  if (typeof response.statusCode !== "number") return response;
  const { headers = {}, multiValueHeaders = {} } = response;
  if (!isRecord(headers) || !isRecord(multiValueHeaders)) return response;
  const extra = missing(added, { ...headers, ...multiValueHeaders });
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
