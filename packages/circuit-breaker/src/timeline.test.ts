import { manualClock } from "@midguard/kernel/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createTimeline } from "./timeline.ts";

test("follows the clock forwards, and stands still if it jumps back", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -10_000, max: 10_000 })), (jumps) => {
      const clock = manualClock();
      const time = createTimeline(clock);
      let expected = time.now();
      for (const ms of jumps) {
        clock.jump(ms);
        expected += Math.max(0, ms);
        expect(time.now()).toBe(expected);
        expect(expected + time.clockShiftMs()).toBe(clock.now());
      }
    }),
  );
});

test("starts no earlier than `since`", () => {
  const clock = manualClock(1_000);
  const time = createTimeline(clock, 5_000);
  expect(time.now()).toBe(5_000);
  clock.jump(10);
  expect(time.now()).toBe(5_010);
});
