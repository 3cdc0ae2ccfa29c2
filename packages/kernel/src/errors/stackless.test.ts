import { afterEach, expect, test, vi } from "vitest";
import { withoutStack } from "./stackless.ts";

afterEach(() => vi.restoreAllMocks());

test("an error is made without a stack trace, and the next one has its own again", () => {
  const limit = Error.stackTraceLimit;
  const error = withoutStack(() => new RangeError("over the limit"));
  expect(error.stack).toBe("RangeError: over the limit");
  expect(Error.stackTraceLimit).toBe(limit);
  expect(new Error("next").stack).toContain("stackless.test.ts");
});

test("the limit is restored if making the error throws", () => {
  const limit = Error.stackTraceLimit;
  const fail = (): Error => {
    throw new Error("boom");
  };
  expect(() => withoutStack(fail)).toThrow("boom");
  expect(Error.stackTraceLimit).toBe(limit);
});

test("an error is made if the limit cannot be written, as under --frozen-intrinsics", () => {
  vi.spyOn(Reflect, "set").mockReturnValue(false);
  expect(withoutStack(() => new Error("x")).message).toBe("x");
});
