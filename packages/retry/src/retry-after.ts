import type { Failure } from "@midguard/kernel";
import { fieldsOf, isRecord } from "@midguard/kernel/internal";

/**
 * How long the other side asks to be left alone, in ms: `Retry-After` (seconds or a date, RFC 9110 section 10.2.3) or
 * `x-amz-retry-after` (ms) of a failed response, or of an error that carries headers or the response. 0 without one.
 */
export function retryAfterMs(failure: Failure): number {
  const { headers, response, $response } = fieldsOf("error" in failure ? failure.error : failure.value);
  const found = [headers, fieldsOf(response).headers, fieldsOf($response).headers].find(isRecord);
  return found === undefined ? 0 : Math.max(0, askedMs(found) || 0);
}

function askedMs(headers: Readonly<Record<string, unknown>>): number {
  const { get } = headers;

  /** Reads `Headers`, and plain objects by lower-case name or as written in the RFCs. */
  function read(name: string): string {
    const written = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    const value = typeof get === "function" ? get.call(headers, name) : (headers[name] ?? headers[written]);
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  }

  const amazonMs = read("x-amz-retry-after");
  if (amazonMs !== "") return Number(amazonMs);
  const text = read("retry-after");
  const seconds = Number(text);
  // A date is counted from the answer's own, so that a clock which differs from the server's does not matter.
  return Number.isNaN(seconds) ? Date.parse(text) - (Date.parse(read("date")) || Date.now()) : seconds * 1_000;
}
