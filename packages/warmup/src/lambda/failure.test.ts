import { expect, test } from "vitest";
import { failureOf, functionFailureOf } from "./failure.ts";

/** An error as the SDK throws it. */
function apiError(name: string, httpStatusCode?: number): Error {
  return Object.assign(new Error("as AWS has it"), { name, $metadata: { httpStatusCode } });
}

test.each([
  ["ResourceNotFoundException", 404, "not-found"],
  ["TooManyRequestsException", 429, "throttled"],
  ["AccessDeniedException", 403, "access-denied"],
  ["ExpiredTokenException", 403, "access-denied"],
  ["InvalidParameterValueException", 400, "rejected"],
  ["ResourceConflictException", 409, "rejected"],
  ["ServiceException", 500, "unreachable"],
  ["TimeoutError", undefined, "unreachable"],
])("%s with status %s is %s", (name, status, reason) => {
  const message = `${name}: as AWS has it`;
  expect(failureOf(apiError(name, status))).toEqual({ kind: "failed", reason, message });
});

test("an error without a name has its text", () => {
  expect(failureOf("down")).toEqual({ kind: "failed", reason: "unreachable", message: "down" });
});

test.each([
  [
    { errorType: "Sandbox.Timedout", errorMessage: "RequestId: 1 Error: Task timed out after 3.00 seconds" },
    "timed-out",
  ],
  [{ errorMessage: "2026-01-01T00:00:00.000Z 1 Task timed out after 3.00 seconds" }, "timed-out"],
  [{ errorType: "Error", errorMessage: "the task timed out after a while" }, "function-error"],
  [{ errorType: "Runtime.ExitError", errorMessage: "exit status 1" }, "function-error"],
])("the failure %j is %s", (answer, reason) => {
  expect(functionFailureOf(answer)).toMatchObject({ kind: "failed", reason });
});

test.each([
  [{ errorType: "Error" }, "Error"],
  [{ errorMessage: "down" }, "down"],
  [undefined, "the function failed"],
])("the failure %j has a message", (answer, message) => {
  expect(functionFailureOf(answer)).toMatchObject({ reason: "function-error", message });
});
