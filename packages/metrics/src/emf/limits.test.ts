import { expect, test } from "vitest";
import { isDimensionName, isDimensionValue, isNamespace } from "./limits.ts";

test.each(["a", "GET /users/{id}", " a", "a ", "~".repeat(1_024)])("%j is the value of a dimension", (text) => {
  expect(isDimensionValue(text)).toBe(true);
});

test.each(["", " ", "   ", "a\n", "\u2028", "é", "x".repeat(1_025), 7, undefined])("%j is none", (text) => {
  expect(isDimensionValue(text)).toBe(false);
});

test("text of a client is checked in linear time", () => {
  const startedAt = performance.now();
  // With one pattern for both conditions, each of these takes half a million steps.
  for (let time = 0; time < 1_000; time += 1) {
    isDimensionValue(`${"a".repeat(1_023)}\n`);
    isNamespace(`${"a".repeat(254)}\n`);
    isDimensionName(" ".repeat(249));
  }
  expect(performance.now() - startedAt).toBeLessThan(300);
});
