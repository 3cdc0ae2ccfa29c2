import { isRecord, statusOf } from "@midguard/kernel/internal";
import type { Headers } from "./headers.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Whether headers hold another value of `name` than `ours`, whatever the case of the name. */
function hasOther(headers: Fields | undefined, name: string, ours: string | undefined): boolean {
  for (const other in headers) {
    // The length first: it saves the lower case for most names.
    if (other.length !== name.length || other.toLowerCase() !== name.toLowerCase()) continue;
    const value = headers[other];
    if (other !== name || ours === undefined || (Array.isArray(value) ? value.join() : value) !== ours) return true;
  }
  return false;
}

function isHeaders(value: unknown): value is Fields | undefined {
  return value === undefined || isRecord(value);
}

/** Whether the gateway reads only `multiValueHeaders`: a target group with multi-value headers switched on. */
function readsLists(event: unknown): boolean {
  if (!isRecord(event) || !isRecord(event.multiValueHeaders)) return false;
  return isRecord(event.requestContext) && "elb" in event.requestContext;
}

/**
 * A copy of a response with headers added; those that the user has set stay, whatever their case. The response itself
 * if there is no place for headers: without a status the whole object is the body (the short form of payload 2.0).
 *
 * @param ours - Headers that an inner limiter has set, which `added` holds too: they are replaced.
 */
export function withHeaders(event: unknown, response: Fields, added: Headers, ours: Headers = {}): Fields {
  const { statusCode, headers, multiValueHeaders } = response;
  if (statusOf(statusCode) === undefined || !isHeaders(headers) || !isHeaders(multiValueHeaders)) return response;
  const lists = readsLists(event);
  const all: Record<string, unknown> = lists ? { ...multiValueHeaders } : { ...headers };
  for (const name in added) {
    if (hasOther(headers, name, ours[name]) || hasOther(multiValueHeaders, name, ours[name])) continue;
    all[name] = lists ? [added[name]] : added[name];
  }
  return lists ? { ...response, multiValueHeaders: all } : { ...response, headers: all };
}
