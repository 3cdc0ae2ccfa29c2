import { expect, test } from "vitest";
import { describeError } from "./errors.ts";

test.each([
  [new Error("no table"), "no table"],
  [new TypeError("no table"), "TypeError: no table"],
  [Object.assign(new AggregateError([], ""), { code: "ECONNREFUSED" }), "AggregateError: ECONNREFUSED"],
  [new RangeError(""), "RangeError"],
  ["text", "text"],
  [undefined, "undefined"],
])("describes %o in one line", (error, line) => {
  expect(describeError(error)).toBe(line);
});
