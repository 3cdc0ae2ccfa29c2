import type { Failure } from "@midguard/kernel";
import { isRecord } from "@midguard/kernel/internal";

type ReadHeader = (name: string) => string | undefined;

/** Reads `Headers`, and plain objects by lower-case name or as written in the RFCs. */
function headerReader(headers: unknown): ReadHeader | undefined {
  if (!isRecord(headers)) return undefined;
  const { get } = headers;
  return function readHeader(name) {
    const written = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    const value = typeof get === "function" ? get.call(headers, name) : (headers[name] ?? headers[written]);
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  };
}

function findHeaders(source: Record<string, unknown>): ReadHeader | undefined {
  const { headers, response, $response } = source;
  const answer = isRecord(response) ? response : isRecord($response) ? $response : {};
  return headerReader(headers) ?? headerReader(answer.headers);
}

function delayMs(read: ReadHeader): number {
  const amazonMs = read("x-amz-retry-after");
  if (amazonMs !== undefined) return Number(amazonMs);
  const text = read("retry-after");
  if (text === undefined) return 0;
  if (/^\s*\d+(\.\d+)?\s*$/.test(text)) return Number(text) * 1_000;
  // Counted from the answer's own date, so that a clock which differs from the server's does not matter.
  const sentAt = Date.parse(read("date") ?? "");
  return Date.parse(text) - (Number.isNaN(sentAt) ? Date.now() : sentAt);
}

/**
 * How long the other side asks to be left alone, in ms: `Retry-After` (seconds or a date, RFC 9110 section 10.2.3) or
 * `x-amz-retry-after` (ms) of a failed response, or of an error that carries headers or the response. 0 without one.
 */
export function retryAfterMs(failure: Failure): number {
  const source = "error" in failure ? failure.error : failure.value;
  const read = isRecord(source) ? findHeaders(source) : undefined;
  return read === undefined ? 0 : Math.max(0, delayMs(read) || 0);
}
