import { describe, expect, test } from "vitest";
import { CircuitOpenError } from "./errors.ts";
import { isFailure, judge } from "./outcome.ts";

const isNeutralError = (error: unknown, signal?: AbortSignal) =>
  judge({ ok: false, error }, isFailure, signal) === "neutral";
const named = (name: string, facts: object = {}) => Object.assign(new Error("x"), { name, ...facts });

test.each([408, 425, 429, 500, 502, 503, 504, 599])("the answer %i is a failure, thrown or returned", (status) => {
  expect(isFailure({ ok: false, error: named("E", { statusCode: status }) })).toBe(true);
  expect(isFailure({ ok: false, error: named("E", { status }) })).toBe(true);
  expect(isFailure({ ok: false, error: named("E", { $metadata: { httpStatusCode: status } }) })).toBe(true);
  expect(isFailure({ ok: false, error: named("E", { response: { status } }) })).toBe(true);
  expect(isFailure({ ok: false, error: named("E", { response: { statusCode: status } }) })).toBe(true);
  expect(isFailure({ ok: true, value: { statusCode: status } })).toBe(true);
  expect(isFailure({ ok: true, value: new Response(null, { status }) })).toBe(true);
});

test.each([304, 400, 401, 403, 404, 409, 422, 424, 428, 499])("the answer %i is a success", (status) => {
  expect(isFailure({ ok: false, error: named("E", { statusCode: status }) })).toBe(false);
  expect(isFailure({ ok: false, error: named("E", { $metadata: { httpStatusCode: status } }) })).toBe(false);
  expect(isFailure({ ok: true, value: { statusCode: status } })).toBe(false);
  expect(isFailure({ ok: true, value: new Response(null, { status }) })).toBe(false);
});

test.each([
  ["a failed fetch", new TypeError("fetch failed", { cause: named("Error", { code: "ECONNREFUSED" }) })],
  ["a timeout", new DOMException("timed out", "TimeoutError")],
  ["a network error", named("Error", { code: "ECONNRESET" })],
  ["an unknown error", new Error("?")],
  ["the exit status of a child process", named("Error", { status: 1 })],
  ["a status of 0, which some clients report if there was no answer", named("Error", { status: 0 })],
  ["an error whose status is a word", named("E", { status: "failed" })],
  ["a thrown string", "down"],
  ["a thrown nothing", undefined],
])("%s is a failure", (_, error) => {
  expect(isFailure({ ok: false, error })).toBe(true);
});

test.each([
  "ThrottlingException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "SlowDown",
  "TooManyRequestsException",
  "RequestTimeout",
])("AWS's %s is a failure, although its status is 400", (name) => {
  expect(isFailure({ ok: false, error: named(name, { $metadata: { httpStatusCode: 400 } }) })).toBe(true);
});

test.each([
  ["nothing", undefined],
  ["null", null],
  ["a number", 503],
  ["a record with a status of its own", { status: 500, id: 7 }],
  ["a record with a status code below 100", { statusCode: 7 }],
  ["a record with a status in words", { status: "failed", headers: {} }],
  ["a record with a status code in words", { statusCode: "failed" }],
])("%s is a success", (_, value) => {
  expect(isFailure({ ok: true, value })).toBe(false);
});

describe("neutral", () => {
  test("are rejections by Midguard, of another copy, too", () => {
    expect(isNeutralError(new CircuitOpenError("inner", 1))).toBe(true);
    expect(isNeutralError({ code: "RATE_LIMITED", headers: {}, problem: { title: "Too Many Requests" } })).toBe(true);
    expect(isNeutralError({ code: "ACCESS_DENIED", headers: {}, problem: { title: "Forbidden" } })).toBe(true);
    expect(isNeutralError(named("DeadlineExceededError", { code: "DEADLINE_EXCEEDED" }))).toBe(true);
    expect(isNeutralError(named("E", { code: "RATE_LIMITED" }))).toBe(false);
  });

  test("are aborts by the caller, but not timeouts that look like one", () => {
    const timeout = new DOMException("timed out", "TimeoutError");
    expect(isNeutralError(new DOMException("aborted", "AbortError"))).toBe(true);
    expect(isNeutralError(named("AbortError", { cause: new Error("left") }))).toBe(true);
    expect(isNeutralError(named("Error", { code: "ABORT_ERR" }))).toBe(true);
    expect(isNeutralError(named("CanceledError", { code: "ERR_CANCELED" }))).toBe(true); // axios
    expect(isNeutralError(named("CancelError", { code: "ERR_CANCELED" }))).toBe(true); // got
    expect(isNeutralError(named("Error", { code: "ABORTED" }))).toBe(true); // superagent
    expect(isNeutralError(named("AbortError", { type: "aborted" }))).toBe(true); // node-fetch
    expect(isNeutralError(new (class AbortError extends Error {})())).toBe(true); // node-redis
    expect(isNeutralError(named("AbortError", { cause: timeout }))).toBe(false);
    expect(isNeutralError(timeout)).toBe(false);
  });

  test("is not an AbortError without cause and code, because the AWS SDK rejects with it on timeouts, too", () => {
    expect(isNeutralError(named("AbortError"))).toBe(false);
    expect(isFailure({ ok: false, error: named("AbortError") })).toBe(true);
  });

  test("are errors after the caller aborted the signal, unless a timeout did", () => {
    const error = new Error("socket hang up");
    expect(isNeutralError(error, AbortSignal.abort("left"))).toBe(true);
    expect(isNeutralError(named("AbortError"), AbortSignal.abort())).toBe(true);
    expect(isNeutralError(error, new AbortController().signal)).toBe(false);
    expect(isNeutralError(error, AbortSignal.abort(new DOMException("late", "TimeoutError")))).toBe(false);
    expect(judge({ ok: true, value: 7 }, isFailure, AbortSignal.abort("left"))).toBe("success");
  });

  test("are attempts that were starved of time, as themselves or as a cause", () => {
    expect(isNeutralError(named("TimeoutError", { starved: true }))).toBe(true);
    expect(isNeutralError(named("AbortError", { cause: { starved: true } }))).toBe(true);
    expect(isNeutralError(named("TimeoutError", { starved: false }))).toBe(false);
  });

  test.each([[undefined], [null], ["AbortError"], [new Error("down")]])("is not %o", (error) => {
    expect(isNeutralError(error)).toBe(false);
  });
});

test("a status as text is a status", () => {
  expect(isFailure({ ok: true, value: { statusCode: "503" } })).toBe(true);
  expect(isFailure({ ok: true, value: { statusCode: "200" } })).toBe(false);
  expect(isFailure({ ok: false, error: { status: "404" } })).toBe(false);
});

test("an answer with `ok` beside its status is judged, also without headers", () => {
  expect(isFailure({ ok: true, value: { status: 503, ok: false } })).toBe(true);
  expect(isFailure({ ok: true, value: { status: 200, ok: true } })).toBe(false);
});

test("an error whose getters throw is an unknown error, so a failure", () => {
  const error = new Proxy(new Error("odd"), {
    get() {
      throw new Error("getter");
    },
  });
  expect(isFailure({ ok: false, error })).toBe(true);
  expect(isNeutralError(error)).toBe(false);
});
