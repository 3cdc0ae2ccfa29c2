import { describe, expect, test } from "vitest";
import { isAbort, isFailedAnswer, isOwnRejection, isStarved, isTimeout } from "./classify.ts";

const named = (name: string, facts: object = {}): Error => Object.assign(new Error("x"), { name, ...facts });
const ofValue = (value: unknown): boolean | undefined => isFailedAnswer({ ok: true, value });
const ofError = (error: unknown): boolean | undefined => isFailedAnswer({ ok: false, error });

describe("a status", () => {
  test.each([408, 425, 429, 500, 503, 599, "503"])("of %j is a failure", (status) => {
    expect([ofValue({ statusCode: status }), ofError({ status })]).toEqual([true, true]);
  });

  test.each([100, 200, 304, 400, 404, 424, 426, 428, 430, 499, 600, "200"])("of %j is no failure", (status) => {
    expect([ofValue({ statusCode: status }), ofError({ status })]).toEqual([false, false]);
  });

  test.each([0, 1, 99, Number.NaN, "", " 503", "5e2", "0x1F7", "99", undefined, null])(
    "of %j is no answer",
    (status) => {
      expect([ofValue({ statusCode: status }), ofError({ status })]).toEqual([undefined, undefined]);
    },
  );
});

describe("the answer in a value", () => {
  test.each([
    ["fetch's Response", new Response("", { status: 503 })],
    ["an answer of undici.request", { statusCode: 503, headers: {} }],
    ["an answer of a Lambda proxy", { statusCode: 503 }],
    ["an answer of axios", { status: 503, headers: {} }],
    ["what has a status and ok", { status: 503, ok: false }],
  ])("is a failure in %s", (_name, value) => {
    expect(ofValue(value)).toBe(true);
  });

  test.each([
    [new Response("", { status: 404 })],
    [{ statusCode: 200 }],
    // An answer by name alone: values have no error names.
    [{ name: "ThrottlingException", statusCode: 400 }],
  ])("is a success in %o", (value) => {
    expect(ofValue(value)).toBe(false);
  });

  test.each([undefined, null, "503", 503, [], { status: 503 }, { status: 503, ok: 1 }, { status: 503, headers: null }])(
    "is not in %j",
    (value) => {
      expect(ofValue(value)).toBeUndefined();
    },
  );
});

describe("the answer that an error reports", () => {
  test.each([
    { statusCode: 503 },
    { status: 503 },
    { $metadata: { httpStatusCode: 503 } },
    { response: { status: 503 } },
    { response: { statusCode: 503 } },
    { status: 1, response: { status: 503 } },
    { name: "ThrottlingException", statusCode: 400 },
    { name: "TooManyRequestsException", $metadata: { httpStatusCode: 400 } },
    { name: "SlowDown", statusCode: 400 },
    { name: "RequestLimitExceeded", statusCode: 400 },
    { name: "ProvisionedThroughputExceededException", statusCode: 400 },
    { name: "RequestTimeout", statusCode: 400 },
  ])("is a failure: %j", (error) => {
    expect(ofError(error)).toBe(true);
  });

  test("is a success with any other status", () => {
    expect(ofError({ name: "ValidationException", statusCode: 400 })).toBe(false);
  });

  test.each([new Error("?"), { status: 1 }, { status: "failed" }, "503", undefined, null])("is not in %s", (error) => {
    expect(ofError(error)).toBeUndefined();
  });
});

test("an error that cannot be read is an unknown error", () => {
  const unreadable = {
    get statusCode() {
      throw new Error("hostile");
    },
    get name() {
      throw new Error("hostile");
    },
  };
  expect(ofError(unreadable)).toBeUndefined();
  expect(ofValue(unreadable)).toBeUndefined();
  expect([isAbort(unreadable), isTimeout(unreadable), isOwnRejection(unreadable), isStarved(unreadable)]).toEqual(
    Array(4).fill(false),
  );
});

test("a name that is no text does not hide the status beside it", () => {
  for (const name of [Object.create(null), Symbol("name"), undefined]) {
    expect(isFailedAnswer({ ok: false, error: { statusCode: 400, name } })).toBe(false);
    expect(isFailedAnswer({ ok: false, error: { statusCode: 503, name } })).toBe(true);
  }
});

describe("a rejection of Midguard's own", () => {
  test.each(["CIRCUIT_OPEN", "RATE_LIMITED", "ACCESS_DENIED"])("is known by the code %s and its shape", (code) => {
    expect(isOwnRejection({ code, headers: {}, problem: {} })).toBe(true);
    expect(isOwnRejection({ code, headers: {} })).toBe(false);
    expect(isOwnRejection({ code, problem: {} })).toBe(false);
  });

  test("is a missed deadline, known by its name", () => {
    expect(isOwnRejection(named("DeadlineExceededError"))).toBe(true);
    // As gRPC clients say it of a timeout.
    expect(isOwnRejection(named("Error", { code: "DEADLINE_EXCEEDED" }))).toBe(false);
    expect(isOwnRejection(undefined)).toBe(false);
  });
});

describe("an abort", () => {
  test.each([
    ["the platform", named("AbortError")],
    ["the platform, with a reason", named("Error", { code: "ABORT_ERR", cause: new Error("left") })],
    ["axios", named("CanceledError", { code: "ERR_CANCELED" })],
    ["got", named("CancelError", { code: "ERR_CANCELED" })],
    ["got's signal", named("AbortError", { code: "ERR_ABORTED" })],
    ["a name alone, of got", named("CancelError")],
    ["a name alone, in American spelling", named("CanceledError")],
    ["a name alone, in British spelling", named("CancelledError")],
    ["a code alone", { code: "ERR_CANCELED" }],
    ["a code alone, of got", { code: "ERR_ABORTED" }],
    ["undici", named("RequestAbortedError", { code: "UND_ERR_ABORTED" })],
    ["superagent", named("Error", { code: "ABORTED" })],
    ["node-fetch", named("AbortError", { type: "aborted" })],
    ["node-redis, which names the class alone", new (class AbortError extends Error {})()],
    ["gRPC", { code: 1, details: "Cancelled on client", metadata: {} }],
    ["a library that wraps it", new Error("request failed", { cause: new DOMException("gone", "AbortError") })],
  ])("is known by the words of %s", (_who, error) => {
    expect(isAbort(error)).toBe(true);
  });

  test.each([
    ["a timeout", named("TimeoutError")],
    ["an abort caused by a timeout", named("AbortError", { cause: named("TimeoutError") })],
    ["text", "AbortError"],
    ["another name", named("AbortedTransactionError")],
    ["another name", named("TransactionAbortError")],
    ["another name", named("TaskCanceledErrorList")],
    ["another code", { code: "ECONNABORTED" }],
    ["another 1", { code: 1, details: "", metadata: {} }],
    ["an exit status", { code: 1 }],
    ["a wrapped timeout", new Error("failed", { cause: new DOMException("late", "TimeoutError") })],
  ])("is not %s", (_what, error) => {
    expect(isAbort(error)).toBe(false);
  });
});

test("a timeout is known by its name, or by its cause's", () => {
  expect(isTimeout(named("TimeoutError"))).toBe(true);
  expect(isTimeout(named("AbortError", { cause: named("TimeoutError") }))).toBe(true);
  expect(isTimeout(named("AbortError"))).toBe(false);
});

test("a starved attempt says so itself, or its cause does", () => {
  expect(isStarved({ starved: true })).toBe(true);
  expect(isStarved({ cause: { starved: true } })).toBe(true);
  expect(isStarved({ starved: 1, cause: {} })).toBe(false);
});
