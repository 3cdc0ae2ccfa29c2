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
  return typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
}

/** A whole number of seconds or ms, and nothing beside it; `undefined` for any other text. */
function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`. */
const dateForms = [
  /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/,
  /^[A-Z][a-z]{5,8}, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/,
];

/** The three forms of a date in HTTP (RFC 9110, section 5.6.7) in epoch ms; `undefined` for any other text. */
function httpDate(text: string): number | undefined {
  const form = dateForms.findIndex((pattern) => pattern.test(text));
  if (form === -1) return undefined;
  // The last form has no time zone, and means UTC.
  const ms = Date.parse(form === 2 ? `${text} GMT` : text);
  return Number.isNaN(ms) ? undefined : ms;
}

function askedMs(headers: object): number {
  const amazonMs = wholeNumber(header(headers, "x-amz-retry-after"));
  if (amazonMs !== undefined) return amazonMs;
  const text = header(headers, "retry-after");
  const seconds = wholeNumber(text);
  if (seconds !== undefined) return seconds * 1_000;
  const date = httpDate(text);
  // Counted from the response's own date, so that a difference between the two clocks does not matter.
  return date === undefined ? 0 : date - (httpDate(header(headers, "date")) ?? Date.now());
}

/**
 * How long the other side wants no further call, in ms: `Retry-After` (whole seconds or a date, RFC 9110 section
 * 10.2.3) or `x-amz-retry-after` (whole ms) of a failed response, or of an error that carries headers or the response.
 * 0 without one, and for any other text.
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
  return headers === undefined ? 0 : Math.max(0, askedMs(headers));
}
