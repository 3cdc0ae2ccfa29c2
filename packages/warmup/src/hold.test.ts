import { manualClock } from "@midguard/kernel/testing";
import { expect, test } from "vitest";
import { hold } from "./hold.ts";

test("sleeps until holdUntil by the wall clock, and measures on the monotonic clock", async () => {
  const clock = manualClock(0);
  const held = hold(1_000_400, 10_000, { clock, wallNow: () => 1_000_000 });
  await clock.advance(400);
  expect(await held).toBe(400);
});

test.each([
  ["there is no holdUntil", undefined, 10_000],
  ["holdUntil has passed", 999_999, 10_000],
  ["holdUntil is now", 1_000_000, 10_000],
  ["no time is left", 1_000_400, 0],
  ["the deadline has passed", 1_000_400, -80],
])("does not sleep if %s", async (_, holdUntil, longestMs) => {
  const clock = manualClock();
  expect(await hold(holdUntil, longestMs, { clock, wallNow: () => 1_000_000 })).toBe(0);
});

test("sleeps no longer than its limit", async () => {
  const clock = manualClock();
  const held = hold(9_000_000, 250, { clock, wallNow: () => 1_000_000 });
  await clock.advance(250);
  expect(await held).toBe(250);
});
