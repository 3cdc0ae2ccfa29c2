import { describe, expect, test } from "vitest";
import { AttemptTimeoutError, DeadlineExceededError } from "../errors.ts";
import { isRetryable } from "./retryable.ts";

function error(message: string, members: object = {}): Error {
  return Object.assign(new Error(message), members);
}

/** What rejections of the family have in common. */
function rejection(code: string, statusCode: number): Error {
  return error("no", { code, statusCode, headers: {}, problem: { title: "No" } });
}

function failedFetch(code: string): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error("connect"), { code }) });
}

const passing: [string, unknown][] = [
  ["an unknown error", error("boom")],
  ["a string", "boom"],
  ["undefined", undefined],
  ["a reset connection", error("read", { code: "ECONNRESET" })],
  ["an attempt that timed out", new AttemptTimeoutError(1, 100)],
  ["a timeout of AbortSignal.timeout", new DOMException("too slow", "TimeoutError")],
  [
    "a timeout that comes as an abort",
    error("aborted", { name: "AbortError", cause: error("t", { name: "TimeoutError" }) }),
  ],
  ["throttling with a status of 403", error("slow", { name: "RequestThrottled", statusCode: 403 })],
  ["an error whose name is no text", error("odd", { name: Object.create(null) })],
  ["an SDK error whose attempts are no number", error("odd", { $metadata: { attempts: Symbol("two") } })],
  ["the exit status of a child process", error("exit", { status: 1 })],
  ["an SDK error that says so", error("busy", { name: "X", $retryable: {}, $metadata: { httpStatusCode: 400 } })],
  [
    "an SDK error by which the SDK has corrected its clock",
    error("skew", { name: "InvalidSignatureException", $metadata: { httpStatusCode: 403, clockSkewCorrected: true } }),
  ],
  ["an SDK error with status 503", error("down", { $metadata: { httpStatusCode: 503, attempts: 1 } })],
  ["throttling by DynamoDB", error("slow", { name: "ThrottlingException", $metadata: { httpStatusCode: 400 } })],
  ["a hot key in DynamoDB", error("slow", { name: "ProvisionedThroughputExceededException", statusCode: 400 })],
  ...[408, 425, 429, 500, 502, 503, 504, 599].flatMap((status): [string, unknown][] => [
    [`statusCode ${status}`, error("http", { statusCode: status })],
    [`status ${status}`, error("http", { status })],
    [`status ${status} in the response, as axios reports it`, error("http", { response: { status } })],
    [`status ${status} in the response, as got reports it`, error("http", { response: { statusCode: status } })],
  ]),
  ...[
    "ECONNRESET",
    "ECONNREFUSED",
    "ECONNABORTED",
    "ETIMEDOUT",
    "EPIPE",
    "EAI_AGAIN",
    "ENOTFOUND",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "UND_ERR_SOCKET",
    "UND_ERR_CONNECT_TIMEOUT",
    "UND_ERR_HEADERS_TIMEOUT",
    "UND_ERR_BODY_TIMEOUT",
  ].map((code): [string, unknown] => [`a fetch that failed with ${code}`, failedFetch(code)]),
];

const lasting: [string, unknown][] = [
  ["a TypeError whose cause has a code that is no text", failedFetch(Object.create(null))],
  ["an open circuit", rejection("CIRCUIT_OPEN", 503)],
  ["another rejection of the family", rejection("RATE_LIMITED", 429)],
  ["a nested policy out of time", new DeadlineExceededError()],
  ["an abort", new DOMException("gone", "AbortError")],
  ["an abort with a reason", error("gone", { name: "AbortError", cause: error("left") })],
  ["an abort in Node", error("gone", { code: "ABORT_ERR" })],
  ["an abort by axios", error("canceled", { name: "CanceledError", code: "ERR_CANCELED" })],
  ["an abort by axios, known by its code", error("canceled", { code: "ERR_CANCELED" })],
  ["an abort by got", error("Promise was canceled", { name: "CancelError" })],
  ["an abort by superagent", error("Aborted", { code: "ABORTED" })],
  ["an abort by node-fetch", error("gone", { name: "AbortError", type: "aborted" })],
  ["an SDK error that was retried", error("down", { $retryable: {}, $metadata: { httpStatusCode: 503, attempts: 3 } })],
  ["a wrong argument", new TypeError("x is not a function")],
  ["a fetch of a bad address", new TypeError("fetch failed", { cause: new Error("unknown scheme") })],
  ["a fetch with a bad certificate", failedFetch("CERT_HAS_EXPIRED")],
  ["a fetch with a bad argument", failedFetch("ERR_INVALID_URL")],
  ["a fetch that undici refuses", failedFetch("UND_ERR_INVALID_ARG")],
  ["a number out of range", new RangeError("Invalid array length")],
  ["bad JSON", new SyntaxError("Unexpected token")],
  ["an unknown variable", new ReferenceError("x is not defined")],
  ["a failed assertion", error("no", { name: "AssertionError" })],
  ["an SDK error with status 400", error("bad", { name: "ValidationException", $metadata: { httpStatusCode: 400 } })],
  ...[301, 400, 401, 403, 404, 409, 412, 422, 600].map((status): [string, unknown] => [
    `status ${status}`,
    error("http", { status }),
  ]),
];

describe("an error that may pass", () => {
  test.each(passing)("%s", (_name, reason) => expect(isRetryable({ ok: false, error: reason })).toBe(true));
});

describe("an error that will not", () => {
  test.each(lasting)("%s", (_name, reason) => expect(isRetryable({ ok: false, error: reason })).toBe(false));
});

describe("a value", () => {
  test.each([408, 425, 429, 500, 503])("that is a response with status %i is a failure", (status) => {
    expect(isRetryable({ ok: true, value: new Response(null, { status }) })).toBe(true);
    expect(isRetryable({ ok: true, value: { status, headers: {} } })).toBe(true);
    expect(isRetryable({ ok: true, value: { status, ok: false } })).toBe(true);
    expect(isRetryable({ ok: true, value: { statusCode: status, headers: {} } })).toBe(true);
    expect(isRetryable({ ok: true, value: { statusCode: status } })).toBe(true);
    expect(isRetryable({ ok: true, value: { statusCode: String(status) } })).toBe(true);
    expect(isRetryable({ ok: true, value: { status: String(status), ok: false } })).toBe(true);
  });

  test.each([
    new Response("ok"),
    new Response(null, { status: 404 }),
    { status: 503 },
    { statusCode: 200 },
    { statusCode: 404, headers: {} },
    { status: "200", ok: true },
    { status: "503" },
    503,
    "503",
    null,
    undefined,
  ])("%s is a success", (value) => {
    expect(isRetryable({ ok: true, value })).toBe(false);
  });
});
