import type { Outcome } from "@midguard/kernel";
import { isRecord, read } from "@midguard/kernel/internal";

/** A header's value as text, from `Headers` or from a plain object with names in lower case or as in the RFCs; or "". */
function header(headers: object, name: string): string {
  const written = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
  let value: unknown;
  const get = read(headers, "get");
  try {
    value = typeof get === "function" ? get.call(headers, name) : (read(headers, name) ?? read(headers, written));
  } catch {
    // Headers of another library that cannot be read count as absent.
  }
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/**
 * How long the other side wants no further call, in ms: `Retry-After` (seconds or a date, RFC 9110 section 10.2.3) or
 * `x-amz-retry-after` (ms) of a failed response, or of an error that carries headers or the response. 0 without one.
 *
 * @example
 * createRetry({
 *   retryable: (outcome) => isRetryable(outcome) && { afterMs: Math.max(200, retryAfterMs(outcome)) },
 * });
 */
export function retryAfterMs(outcome: Outcome): number {
  const carrier = outcome.ok ? outcome.value : outcome.error;
  const headers = [
    read(carrier, "headers"),
    read(carrier, "response", "headers"),
    read(carrier, "$response", "headers"),
  ].find(isRecord);
  return headers === undefined ? 0 : Math.max(0, askedMs(headers) || 0);
}

function askedMs(headers: object): number {
  const amazonMs = header(headers, "x-amz-retry-after");
  if (amazonMs !== "") return Number(amazonMs);
  const text = header(headers, "retry-after");
  const seconds = Number(text);
  // A date is counted from the response's own, so that a difference between the two clocks does not matter.
  return Number.isNaN(seconds)
    ? Date.parse(text) - (Date.parse(header(headers, "date")) || Date.now())
    : seconds * 1_000;
}
