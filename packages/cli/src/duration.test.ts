import { expect, test } from "vitest";
import { formatDuration } from "./duration.ts";

test.each([
  [0, "now"],
  [1, "1 s"],
  [1_001, "2 s"],
  [60_000, "1 min"],
  [61_000, "1 min 1 s"],
  [3_605_000, "1 h"],
  [11_520_000, "3 h 12 min"],
  [90_061_000, "1 d 1 h"],
  [31 * 86_400_000, "31 d"],
])("%i ms are %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
