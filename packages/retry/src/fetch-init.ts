import { isRecord, read } from "@midguard/kernel/internal";

type Fetch = typeof globalThis.fetch;
export type Input = Parameters<Fetch>[0];
export type Init = NonNullable<Parameters<Fetch>[1]>;

/** The fields that `fetch` reads, from getters and prototypes too: a `Request` may be the options of another request. */
const fields = [
  ...["method", "headers", "body", "duplex", "signal", "redirect", "credentials", "mode", "cache", "referrer"],
  ...["referrerPolicy", "integrity", "keepalive", "priority", "window", "dispatcher"],
];

/** RFC 9110, section 9.2.2. */
const idempotent = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];

/** An iterator can be read once, but there may be several attempts. */
function repeatable(headers: Init["headers"]): Init["headers"] {
  return typeof read(headers, "next") === "function" ? new Headers(headers) : headers;
}

/**
 * The options of a request as `fetch` would read them, as a plain object. A spread would lose what is inherited, and the
 * getters of a class. Options that only another `fetch` knows are kept if they are enumerable.
 */
export function readInit(given: Init): Init {
  const init: Record<string, unknown> = {};
  for (const name in given) init[name] = read(given, name);
  for (const name of fields) {
    const value = given[name as keyof Init];
    if (value !== undefined) init[name] = value;
  }
  if (init.headers !== undefined) init.headers = repeatable(init.headers as Init["headers"]);
  return init;
}

/** A stream can be sent once. Strings, buffers, forms and blobs, and a `Request` by its clones, can be sent again. */
function isSentOnce({ body }: Init): boolean {
  return isRecord(body) && ("getReader" in body || Symbol.asyncIterator in body || "pipe" in body);
}

/** Whether a request may be sent more than once. */
export function mayRepeat(request: Request | undefined, init: Init): boolean {
  const method = String(init.method ?? request?.method ?? "GET");
  const headers = new Headers(init.headers ?? request?.headers);
  return !isSentOnce(init) && (idempotent.includes(method.toUpperCase()) || headers.has("idempotency-key"));
}
