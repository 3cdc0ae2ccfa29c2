import { expect, test } from "vitest";
import { printable } from "./printable.ts";

test.each([
  ["plain, übung, 東京 😀", "plain, übung, 東京 😀"],
  ['a\n{"_aws":{}}', 'a\\n{"_aws":{}}'],
  ["\r\t\u0000\u001b[31m", "\\r\\t\\u0000\\u001b[31m"],
  ["\u007f\u0085\u009b", "\\u{7f}\\u{85}\\u{9b}"],
  ["\u2028\u2029\u202e\u200b", "\\u{2028}\\u{2029}\\u{202e}\\u{200b}"],
  ["\ud800", "\\ud800"],
])("escapes what does not print: %j", (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("cuts long text", () => {
  expect(printable("x".repeat(200))).toBe("x".repeat(200));
  expect(printable("x".repeat(65_536))).toBe(`${"x".repeat(200)}…`);
});
