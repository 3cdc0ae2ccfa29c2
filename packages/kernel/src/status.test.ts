import { expect, test } from "vitest";
import { statusOf, writtenStatus } from "./status.ts";

test.each([
  [200, 200],
  ["200", 200],
  ["503", 503],
  [100, 100],
  [599, 599],
])("%j is the status %i", (value, status) => {
  expect(statusOf(value)).toBe(status);
  expect(writtenStatus(value)).toBe(status);
});

test.each([99, 600, 200.5, Number.NaN, "99", "600", "2e2", " 200", "0xC8", "200 OK", "", true, null, undefined, {}])(
  "%j is no status of HTTP",
  (value) => {
    expect(statusOf(value)).toBeUndefined();
  },
);

test("a written status may be one that HTTP does not know", () => {
  expect([writtenStatus(999), writtenStatus("600"), writtenStatus(1)]).toEqual([999, 600, undefined]);
});
