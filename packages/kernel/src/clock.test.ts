import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, test, vi } from "vitest";
import { startBackgroundTimer, startTimer, systemClock } from "./clock.ts";
import { manualClock } from "./testing/index.ts";

afterEach(() => vi.restoreAllMocks());

describe("systemClock", () => {
  test("returns epoch milliseconds", () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(50);
  });

  test("does not follow a jump of the wall clock", () => {
    const before = systemClock.now();
    vi.spyOn(Date, "now").mockReturnValue(0);
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
    expect(systemClock.now() - before).toBeLessThan(1_000);
  });

  test("sleeps for as long as asked", async () => {
    const start = performance.now();
    await systemClock.sleep(20);
    expect(performance.now() - start).toBeGreaterThanOrEqual(19);
  });

  test("wakes with the signal's reason in mid-sleep, and keeps no timer", async () => {
    const controller = new AbortController();
    const slept = systemClock.sleep(60_000, controller.signal);
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const armed = timers();
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(slept).rejects.toBe(reason);
    expect(timers()).toBe(armed - 1);
  });

  test("does not begin to sleep under an aborted signal", async () => {
    await expect(systemClock.sleep(60_000, AbortSignal.abort("gone"))).rejects.toBe("gone");
  });

  test("leaves no listener on the signal", async () => {
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, "removeEventListener");
    await systemClock.sleep(1, signal);
    expect(removed).toHaveBeenCalledOnce();
  });

  test("does not wake at once from a sleep that is longer than a timer can be", async () => {
    const controller = new AbortController();
    const woken = vi.fn();
    systemClock.sleep(2 ** 40, controller.signal).then(woken, () => {});
    await systemClock.sleep(20);
    expect(woken).not.toHaveBeenCalled();
    controller.abort();
  });
});

describe("under fake timers", () => {
  afterEach(() => vi.useRealTimers());

  test("time and sleeps go together", async () => {
    vi.useFakeTimers();
    const before = systemClock.now();
    const woken = vi.fn();
    void systemClock.sleep(1_000).then(() => woken(systemClock.now() - before));
    await vi.advanceTimersByTimeAsync(999);
    expect(woken).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(woken).toHaveBeenCalledWith(1_000);
  });

  test("a manual clock moves as ever", async () => {
    vi.useFakeTimers();
    const clock = manualClock(0);
    const woken = vi.fn();
    void clock.sleep(10).then(woken);
    await clock.advance(10);
    expect(woken).toHaveBeenCalledOnce();
  });

  test("also if they were set before this module was loaded", async () => {
    vi.useFakeTimers();
    vi.resetModules();
    const { systemClock: late } = await import("./clock.ts");
    const before = late.now();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(late.now() - before).toBe(1_000);
    vi.useRealTimers();
    expect(Math.abs(late.now() - Date.now())).toBeLessThan(50);
  });

  // In a process of its own: here `node:timers` was loaded long ago.
  test("also where node:test had replaced node:timers before this module was loaded", () => {
    const clock = JSON.stringify(new URL("./clock.ts", import.meta.url).href);
    const script = `
      import { mock } from "node:test";
      mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 });
      const { systemClock } = await import(${clock});
      const before = systemClock.now();
      mock.timers.tick(1_000);
      const passed = systemClock.now() - before;
      mock.timers.reset();
      console.log(JSON.stringify([passed, Math.abs(systemClock.now() - Date.now()) < 50]));`;
    const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
    expect(JSON.parse(output)).toEqual([1_000, true]);
  });

  test("and afterwards, it is the real time again", () => {
    vi.useFakeTimers({ now: 0 });
    expect(systemClock.now()).toBe(0);
    vi.useRealTimers();
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(50);
  });
});

describe("a timer", () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

  test("rings once its time has passed, by the system's clock", async () => {
    const start = performance.now();
    await new Promise<void>((resolve) => startTimer(systemClock, 20, resolve));
    expect(performance.now() - start).toBeGreaterThanOrEqual(19);
  });

  test("rings once its time has passed, by any other clock", async () => {
    const clock = manualClock();
    const ring = vi.fn();
    startTimer(clock, 20, ring);
    await clock.advance(19);
    expect(ring).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(ring).toHaveBeenCalledTimes(1);
  });

  test("that is stopped does not ring, and leaves nothing behind", async () => {
    const before = timers();
    const clock = manualClock();
    const ring = vi.fn();
    const stops = [startTimer(systemClock, 5, ring), startTimer(clock, 5, ring)];
    for (const stop of stops) stop();
    expect(timers()).toBe(before);
    await systemClock.sleep(10);
    await clock.advance(10);
    expect(ring).not.toHaveBeenCalled();
  });

  test("does not fire at once if it is longer than a timer can be", async () => {
    const ring = vi.fn();
    const stop = startTimer(systemClock, 2 ** 40, ring);
    await systemClock.sleep(20);
    stop();
    expect(ring).not.toHaveBeenCalled();
  });
});

describe("a background timer", () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

  test("fires, and keeps no process alive", async () => {
    const before = timers();
    const fired = new Promise<void>((resolve) => startBackgroundTimer(10, resolve));
    expect(timers()).toBe(before);
    await Promise.race([fired, systemClock.sleep(5_000)]);
    await fired;
  });

  test("does not fire once it is stopped", async () => {
    const ring = vi.fn();
    startBackgroundTimer(5, ring)();
    await systemClock.sleep(20);
    expect(ring).not.toHaveBeenCalled();
  });

  test("does not fire at once if the time is longer than a timer's", async () => {
    const ring = vi.fn();
    const stop = startBackgroundTimer(2 ** 40, ring);
    await systemClock.sleep(20);
    stop();
    expect(ring).not.toHaveBeenCalled();
  });

  test("may be a fake one that knows no unref", () => {
    vi.stubGlobal("setTimeout", () => 7);
    try {
      startBackgroundTimer(5, () => {})();
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
