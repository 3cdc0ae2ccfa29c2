import { describe, expect, test } from "vitest";
import { consecutiveFailures } from "./consecutive-failures.ts";
import { failureRate } from "./failure-rate.ts";
import type { TripCounter } from "./trip.ts";

/** Records a call a millisecond: `F` failed, `S` took 100 ms, `.` neither; returns the number of the call that opened, or 0. */
function play(counter: TripCounter, calls: string, startMs = 0): number {
  for (const [index, call] of [...calls].entries()) {
    if (counter.record(call === "F", call === "S" ? 100 : 0, startMs + index)) return index + 1;
  }
  return 0;
}

describe("failureRate", () => {
  test.each([
    ["FFFF", 0],
    ["FFFFF", 5],
    [".FFFF", 5],
    ["FFFF.F", 6],
    ["..FFFF", 0],
    ["..FFFFF", 7],
    ["...FFFFFFF", 10],
    ["FFFF.......", 0],
  ])("opens at 70 %% of at least five calls, and only on a failure: %s", (calls, opensAt) => {
    expect(play(failureRate().start(), calls)).toBe(opensAt);
  });

  test.each([
    ["SSSSSSSS", 8, 0.8],
    ["SSSSSS..SS", 10, 0.8],
    ["SSSSSSS", 7, undefined],
    ["...SSSSSSS", 10, undefined],
    ["FFFFSSS", 0, 1],
    [".....SS", 7, 0.2],
  ])("opens on slow calls at a rate of their own: %s", (calls, opensAt, slowRate) => {
    const minimumCalls = calls.length;
    expect(play(failureRate({ minimumCalls, slowCallMs: 100, slowRate }).start(), calls)).toBe(opensAt);
  });

  test("counts no good call from before a pause, so that the minimum is one of calls after it", () => {
    const counter = failureRate({ threshold: 0.1 }).start();
    for (let call = 0; call < 1_000; call += 1) counter.record(false, 0, 0);
    expect(play(counter, "F...F", 3_600_000)).toBe(5);
  });

  describe("when every call fails, in spite of the good ones before", () => {
    /** A call every `everyMs`, failed but for the first 3,000; how many failed until it opened, or 0. */
    function failuresUntilOpen(everyMs: number, kind: "F" | "S" = "F"): number {
      const counter = failureRate(kind === "S" ? { slowCallMs: 100 } : {}).start();
      for (let call = 0; call < 3_000; call += 1) counter.record(false, 0, call * everyMs);
      for (let failed = 1; failed <= 3_000; failed += 1) {
        if (counter.record(kind === "F", kind === "S" ? 100 : 99, (3_000 + failed) * everyMs)) return failed;
      }
      return 0;
    }

    test.each([
      [10, 201],
      [100, 21],
      [1_000, 10],
    ])("opens after a fifteenth of the window and ten calls: a call every %i ms", (everyMs, failures) => {
      expect(failuresUntilOpen(everyMs)).toBe(failures);
      expect(failuresUntilOpen(everyMs, "S")).toBe(failures);
    });

    test("not within a burst, nor after one good call", () => {
      const counter = failureRate().start();
      for (let call = 0; call < 3_000; call += 1) counter.record(false, 0, call);
      expect(play(counter, "F".repeat(1_990), 3_000)).toBe(0);
      expect(counter.record(false, 0, 5_000)).toBe(false);
      expect(counter.record(true, 0, 5_001)).toBe(false);
      expect(counter.record(false, 0, 5_002)).toBe(false);
      expect(counter.record(true, 0, 7_003)).toBe(false);
    });

    test("not if one good call came between: a new run counts from its own start", () => {
      const counter = failureRate().start();
      for (let call = 0; call < 3_000; call += 1) counter.record(false, 0, call);
      expect(play(counter, "F".repeat(1_990), 3_000)).toBe(0);
      expect(counter.record(false, 0, 4_995)).toBe(false);
      expect(counter.record(true, 0, 5_001)).toBe(false);
      expect(play(counter, "F".repeat(100), 5_002)).toBe(0);
    });

    test("not of a few failures with long pauses between them", () => {
      const counter = failureRate().start();
      for (let call = 0; call < 20; call += 1) expect(counter.record(true, 0, call * 60_000)).toBe(false);
    });

    test("even if it was saved and loaded meanwhile", () => {
      const trip = failureRate();
      const counter = trip.start();
      for (let call = 0; call < 3_000; call += 1) counter.record(false, 0, call);
      expect(play(counter, "F".repeat(1_000), 3_000)).toBe(0);
      const loaded = trip.start(counter.save(500));
      expect(play(loaded, "F".repeat(2_000), 4_500)).toBe(1_001);
    });
  });

  test("forgets failures that are older than the window, after a freeze of any length", () => {
    const counter = failureRate({ windowMs: 1_000 }).start();
    expect(play(counter, "FFFF")).toBe(0);
    expect(counter.record(true, 0, 1_000)).toBe(false);
    expect(counter.record(true, 0, 1e9)).toBe(false);
  });

  test("opens on a rate that is met exactly, in spite of binary fractions", () => {
    const counter = failureRate({ threshold: 0.55, minimumCalls: 20 }).start();
    expect(play(counter, ".........FFFFFFFFFFF")).toBe(20);
  });

  test("starts each closed period with an empty window", () => {
    const trip = failureRate();
    expect(play(trip.start(), "FFFF")).toBe(0);
    expect(play(trip.start(), "F")).toBe(0);
  });

  test.each([
    [{ threshold: 0 }, RangeError, /threshold must be .*got 0$/],
    [{ threshold: 1.1 }, RangeError, /threshold .*got 1.1$/],
    [{ threshold: Number.NaN }, RangeError, /threshold .*got NaN$/],
    [{ threshold: "0.5" }, TypeError, /threshold .*got "0.5"$/],
    [{ windowMs: 0 }, RangeError, /windowMs .*got 0$/],
    [{ windowMs: Infinity }, RangeError, /windowMs .*got Infinity$/],
    [{ minimumCalls: 0 }, RangeError, /minimumCalls .*got 0$/],
    [{ minimumCalls: 2.5 }, RangeError, /minimumCalls .*got 2.5$/],
    [{ slowCallMs: -1 }, RangeError, /slowCallMs .*got -1$/],
    [{ slowCallMs: 10, slowRate: 2 }, RangeError, /slowRate .*got 2$/],
    [{ slowRate: 0.5 }, TypeError, /slowRate \(0.5\) needs slowCallMs/],
    [{ treshold: 0.5 }, TypeError, /unknown option treshold/],
  ])("refuses %o", (options, type, message) => {
    expect(() => failureRate(options as never)).toThrow(type);
    expect(() => failureRate(options as never)).toThrow(message);
  });
});

describe("consecutiveFailures", () => {
  test.each([
    ["FF", 0],
    ["FFF", 3],
    ["FF.FF.", 0],
    ["FFSFFF", 6],
  ])("opens after that many failures without a success between them: %s", (calls, opensAt) => {
    expect(play(consecutiveFailures(3).start(), calls)).toBe(opensAt);
  });

  test("goes on from what was saved", () => {
    const trip = consecutiveFailures(3);
    const counter = trip.start();
    play(counter, "FF");
    expect(play(trip.start(counter.save(0)), "F")).toBe(1);
  });

  test.each([
    [0, RangeError],
    [1.5, RangeError],
    ["5", TypeError],
    [undefined, TypeError],
  ])("refuses %o", (count, type) => {
    expect(() => consecutiveFailures(count as never)).toThrow(type);
    expect(() => consecutiveFailures(count as never)).toThrow(/consecutiveFailures/);
  });
});
