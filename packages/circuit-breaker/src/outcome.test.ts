import { describe, expect, test } from "vitest";
import { CircuitOpenError } from "./errors.ts";
import { isFailure, isNeutral } from "./outcome.ts";

const named = (name: string, facts: object = {}) => Object.assign(new Error("x"), { name, ...facts });

test.each([408, 425, 429, 500, 502, 503, 504, 599])("the answer %i is a failure, thrown or returned", (status) => {
  expect(isFailure({ error: named("E", { statusCode: status }) })).toBe(true);
  expect(isFailure({ error: named("E", { status }) })).toBe(true);
  expect(isFailure({ error: named("E", { $metadata: { httpStatusCode: status } }) })).toBe(true);
  expect(isFailure({ error: named("E", { response: { status } }) })).toBe(true);
  expect(isFailure({ error: named("E", { response: { statusCode: status } }) })).toBe(true);
  expect(isFailure({ value: { statusCode: status } })).toBe(true);
  expect(isFailure({ value: new Response(null, { status }) })).toBe(true);
});

test.each([304, 400, 401, 403, 404, 409, 422, 424, 428, 499])("the answer %i is a success", (status) => {
  expect(isFailure({ error: named("E", { statusCode: status }) })).toBe(false);
  expect(isFailure({ error: named("E", { $metadata: { httpStatusCode: status } }) })).toBe(false);
  expect(isFailure({ value: { statusCode: status } })).toBe(false);
  expect(isFailure({ value: new Response(null, { status }) })).toBe(false);
});

test.each([
  ["a failed fetch", new TypeError("fetch failed", { cause: named("Error", { code: "ECONNREFUSED" }) })],
  ["a timeout", new DOMException("timed out", "TimeoutError")],
  ["a network error", named("Error", { code: "ECONNRESET" })],
  ["an unknown error", new Error("?")],
  ["the exit status of a child process", named("Error", { status: 1 })],
  ["a status of 0, by which some clients tell that there was no answer", named("Error", { status: 0 })],
  ["an error whose status is a word", named("E", { status: "failed" })],
  ["a thrown string", "down"],
  ["a thrown nothing", undefined],
])("%s is a failure", (_, error) => {
  expect(isFailure({ error })).toBe(true);
});

test.each([
  "ThrottlingException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "SlowDown",
  "TooManyRequestsException",
  "RequestTimeout",
])("AWS's %s is a failure, although its status is 400", (name) => {
  expect(isFailure({ error: named(name, { $metadata: { httpStatusCode: 400 } }) })).toBe(true);
});

test.each([
  ["nothing", undefined],
  ["null", null],
  ["a number", 503],
  ["a record with a status of its own", { status: 500, id: 7 }],
  ["a record with a status in words", { status: "failed", headers: {} }],
  ["a record with a status code in words", { statusCode: "500" }],
])("%s is a success", (_, value) => {
  expect(isFailure({ value })).toBe(false);
});

describe("neither failure nor success", () => {
  test("are rejections of our own, of another copy too", () => {
    expect(isNeutral(new CircuitOpenError("inner", 1))).toBe(true);
    expect(isNeutral({ code: "RATE_LIMITED", headers: {}, problem: { title: "Too Many Requests" } })).toBe(true);
    expect(isNeutral({ code: "ACCESS_DENIED", headers: {}, problem: { title: "Forbidden" } })).toBe(true);
    expect(isNeutral(named("DeadlineExceededError", { code: "DEADLINE_EXCEEDED" }))).toBe(true);
    expect(isNeutral(named("E", { code: "RATE_LIMITED" }))).toBe(false);
  });

  test("are aborts by the caller, but not timeouts that look like one", () => {
    const timeout = new DOMException("timed out", "TimeoutError");
    expect(isNeutral(new DOMException("aborted", "AbortError"))).toBe(true);
    expect(isNeutral(named("AbortError", { cause: new Error("left") }))).toBe(true);
    expect(isNeutral(named("Error", { code: "ABORT_ERR" }))).toBe(true);
    expect(isNeutral(named("AbortError", { cause: timeout }))).toBe(false);
    expect(isNeutral(timeout)).toBe(false);
  });

  test("is not an abort that says nothing of its reason, as the AWS SDK tells a timeout by a signal, too", () => {
    expect(isNeutral(named("AbortError"))).toBe(false);
    expect(isFailure({ error: named("AbortError") })).toBe(true);
  });

  test.each([[undefined], [null], ["AbortError"], [new Error("down")]])("is not %o", (error) => {
    expect(isNeutral(error)).toBe(false);
  });
});
