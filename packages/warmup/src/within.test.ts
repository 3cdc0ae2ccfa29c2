import { systemClock } from "@midguard/kernel";
import { manualClock } from "@midguard/kernel/testing";
import { afterEach, expect, test, vi } from "vitest";
import { within } from "./within.ts";

afterEach(() => vi.restoreAllMocks());

test("resolves to the value, and leaves no timer behind", async () => {
  const clock = manualClock();
  expect(await within(Promise.resolve(7), 1_000, clock)).toBe(7);
  expect(clock.sleepers).toBe(0);
});

test("resolves to undefined when time is up", async () => {
  const clock = manualClock();
  const waited = within(new Promise(() => {}), 1_000, clock);
  await clock.advance(1_000);
  expect(await waited).toBeUndefined();
});

test("counts a negative time as 0, and Node does not warn", async () => {
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  expect(await within(new Promise(() => {}), -50, systemClock)).toBeUndefined();
  expect(await within(Promise.resolve(7), -50, systemClock)).toBe(7);
  expect(warn).not.toHaveBeenCalled();
});
