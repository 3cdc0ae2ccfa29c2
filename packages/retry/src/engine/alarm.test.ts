import { type Clock, systemClock } from "@midguard/kernel";
import { manualClock } from "@midguard/kernel/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createRetry } from "../index.ts";
import { setAlarm } from "./alarm.ts";

describe("on the system's clock, an alarm", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("rings once, at its time, even if that is further away than Node's longest timer", async () => {
    const days = 86_400_000;
    const ring = vi.fn();
    setAlarm(systemClock, systemClock.now() + 30 * days, ring);
    await vi.advanceTimersByTimeAsync(30 * days - 1);
    expect(ring).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(30 * days);
    expect(ring).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("sets its timer at the end of the turn, so that one which is stopped within it needs none", async () => {
    const setTimer = vi.spyOn(globalThis, "setTimeout");
    setAlarm(systemClock, systemClock.now() + 10, () => {})();
    await vi.advanceTimersByTimeAsync(5);
    expect(setTimer).not.toHaveBeenCalled();
    setAlarm(systemClock, systemClock.now() + 10, () => {});
    await vi.advanceTimersByTimeAsync(5);
    expect(setTimer).toHaveBeenCalledOnce();
  });

  test("that is stopped does not ring, before and after its turn has ended", async () => {
    const ring = vi.fn();
    setAlarm(systemClock, systemClock.now() + 10, ring)();
    const stop = setAlarm(systemClock, systemClock.now() + 10, ring);
    await vi.advanceTimersByTimeAsync(5);
    stop();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(20);
    expect(ring).not.toHaveBeenCalled();
  });
});

describe("on a clock of the user's own, an alarm", () => {
  test("rings at its time, and at once if that has passed", async () => {
    const clock = manualClock();
    const ring = vi.fn();
    const stop = setAlarm(clock, clock.now() - 1, ring);
    expect(ring).toHaveBeenCalledOnce();
    stop();
    setAlarm(clock, clock.now(), ring);
    expect(ring).toHaveBeenCalledTimes(2);
    setAlarm(clock, clock.now() + 10, ring);
    await clock.advance(9);
    expect(ring).toHaveBeenCalledTimes(2);
    await clock.advance(1);
    expect(ring).toHaveBeenCalledTimes(3);
  });

  test("neither rings early nor blocks the event loop if the clock does not sleep", async () => {
    const stub: Clock = { now: () => 0, sleep: async () => {} };
    const slow = createRetry({ clock: stub }).run(async ({ signal }) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return signal.aborted;
    });
    expect(await slow).toBe(false);
  });
});
