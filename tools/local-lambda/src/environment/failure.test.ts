import { expect, test } from "vitest";
import { errorTypeOf, exitFailure } from "./failure.ts";

test.each([
  [{ code: 0, signal: null }, "Runtime.ExitError", "Runtime exited without providing a reason"],
  [{ code: 129, signal: null }, "Runtime.ExitError", "Runtime exited with error: exit status 129"],
  [{ code: null, signal: "SIGSEGV" }, "Runtime.ExitError", "Runtime exited with error: signal: segv"],
  [{ code: null, signal: null, error: new Error("spawn ENOENT") }, "Runtime.InvalidEntrypoint", "spawn ENOENT"],
] as const)("describes the exit %j", (exit, errorType, message) => {
  expect(exitFailure(exit)).toEqual({ errorType, message, status: "error" });
});

test.each([
  ['{"errorType":"RangeError"}', "RangeError"],
  ['{"errorType":1}', undefined],
  ["no json", undefined],
])("finds the type in %s", (payload, errorType) => {
  expect(errorTypeOf(Buffer.from(payload))).toBe(errorType);
});
