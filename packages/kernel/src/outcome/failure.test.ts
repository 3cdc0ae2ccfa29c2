import { describe, expect, test } from "vitest";
import { isAbort, isFailedAnswer, isFailureStatus, isOurs } from "./failure.ts";

const named = (name: string, facts: object = {}): Error => Object.assign(new Error("x"), { name, ...facts });

test.each([408, 425, 429, 500, 503, 599])("the status %i is a failure", (status) => {
  expect(isFailureStatus(status)).toBe(true);
});

test.each([0, 1, 200, 304, 404, 424, 499, 600, Number.NaN, "503", undefined, null])("%s is none", (status) => {
  expect(isFailureStatus(status)).toBe(false);
});

describe("the answer that an error tells of", () => {
  test.each([
    { statusCode: 503 },
    { status: 503 },
    { $metadata: { httpStatusCode: 503 } },
    { response: { status: 503 } },
    { response: { statusCode: 503 } },
    { status: 1, response: { status: 503 } },
    { name: "ThrottlingException", statusCode: 400 },
  ])("is a failure: %j", (facts) => {
    expect(isFailedAnswer(facts)).toBe(true);
  });

  test("is a success by any other status", () => {
    expect(isFailedAnswer({ name: "ValidationException", statusCode: 400 })).toBe(false);
  });

  test.each([new Error("?"), { status: 1 }, { status: "503" }, "503", undefined, null])("is not known: %s", (error) => {
    expect(isFailedAnswer(error)).toBeUndefined();
  });
});

test("rejections of the family are known by code and shape, a missed deadline by name", () => {
  for (const code of ["CIRCUIT_OPEN", "RATE_LIMITED", "ACCESS_DENIED"]) {
    expect(isOurs({ code, headers: {}, problem: {} })).toBe(true);
    expect(isOurs({ code })).toBe(false);
  }
  expect(isOurs(named("DeadlineExceededError"))).toBe(true);
  // As gRPC's clients say it of a timeout.
  expect(isOurs(named("Error", { code: "DEADLINE_EXCEEDED" }))).toBe(false);
  expect(isOurs(undefined)).toBe(false);
});

test("a timeout that comes as an abort is none", () => {
  expect(isAbort(named("AbortError"))).toBe(true);
  expect(isAbort(named("Error", { code: "ABORT_ERR", cause: new Error("left") }))).toBe(true);
  expect(isAbort(named("AbortError", { cause: named("TimeoutError") }))).toBe(false);
  expect(isAbort(named("TimeoutError"))).toBe(false);
  expect(isAbort("AbortError")).toBe(false);
});
