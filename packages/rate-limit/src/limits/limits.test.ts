import { describe, expect, it } from "vitest";
import { formatDuration } from "./duration.ts";
import { checkLimits } from "./limit.ts";
import { quota } from "./quota.ts";
import { slidingWaitMs, slidingWindow } from "./sliding-window.ts";
import { tokenBucket } from "./token-bucket.ts";

describe("limits", () => {
  it("are plain data with a name", () => {
    expect(slidingWindow(10, "1s")).toEqual({
      ...{ kind: "sliding-window", name: "10-per-1s", id: "1s", limit: 10, windowMs: 1_000, strict: false },
    });
    expect(slidingWindow(5, 90_000, { name: "logins", strict: true })).toEqual({
      ...{ kind: "sliding-window", name: "logins", id: "logins/90s-strict", limit: 5, windowMs: 90_000, strict: true },
    });
    expect(quota(1_000, "day")).toEqual({
      ...{ kind: "quota", name: "1000-per-day", id: "day", limit: 1_000, unit: "day", timeZone: "UTC" },
    });
    expect(quota(7, "week", { timeZone: "Asia/Kathmandu" }).id).toBe("week@Asia/Kathmandu");
    expect(tokenBucket({ capacity: 20, refillPerSecond: 3 })).toEqual({
      ...{ kind: "token-bucket", name: "20-at-3-per-1s", id: "bucket-333334us", limit: 20, tokenUs: 333_334 },
    });
  });

  it.each([
    ["250ms", 250, "250ms"],
    ["10s", 10_000, "10s"],
    ["5m", 300_000, "5m"],
    ["1h", 3_600_000, "1h"],
    ["30d", 2_592_000_000, "30d"],
    ["60s", 60_000, "1m"],
    [1_500, 1_500, "1500ms"],
  ] as const)("read a window of %s", (window, windowMs, length) => {
    expect(slidingWindow(2, window)).toMatchObject({ windowMs, name: `2-per-${length}` });
    expect(formatDuration(windowMs)).toBe(length);
  });

  it.each([
    [() => slidingWindow(0, "1s"), /limit must be a whole number between 1 and 1000000000, got 0/],
    [() => slidingWindow(1.5, "1s"), /limit must be a whole number between 1 and 1000000000, got 1.5/],
    [() => slidingWindow(Number.NaN, "1s"), /limit must be a whole number between 1 and 1000000000, got NaN/],
    [() => slidingWindow("10" as never, "1s"), /limit must be a whole number between 1 and 1000000000, got "10"/],
    [() => slidingWindow(10, "1y" as never), /window must be .* got "1y"/],
    [() => slidingWindow(10, "1.5s"), /window must be .* got "1.5s"/],
    [() => slidingWindow(10, "toString" as never), /window must be .* got "toString"/],
    [() => slidingWindow(10, 0), /window must be a whole number of ms up to 366 days, got 0/],
    [() => slidingWindow(10, 0.5), /got 0.5/],
    [() => slidingWindow(10, "367d"), /got 367d/],
    [() => slidingWindow(10, Number.NaN), /got NaN/],
    [() => slidingWindow(1_000_000_000, "300d"), /limit x window must be at most 2\^53/],
    [() => slidingWindow(10, 11, { strict: true }), /window must be at least 12 ms to be strict, got 11/],
    [() => slidingWindow(10, "1s", { strict: 1 as never }), /strict must be a boolean, got 1/],
    [() => slidingWindow(10, "1s", { nmae: "x" } as never), /slidingWindow: unknown option nmae/],
    [() => slidingWindow(10, "1s", { name: "a\nb" }), /name must be 1 to 64 printable ASCII characters, got "a\\nb"/],
    [() => slidingWindow(10, "1s", { name: "x".repeat(65) }), /name must be 1 to 64/],
    [() => slidingWindow(10, "1s", { name: "" }), /name must be 1 to 64 printable ASCII characters, got ""/],
    [() => quota(10, "decade" as never), /unit must be one of "hour", "day", .* got "decade"/],
    [() => quota(10, "day", { timeZone: "Nowhere" }), /timeZone must be an IANA time zone, got "Nowhere"/],
    [() => quota(10, "day", { zone: "UTC" } as never), /quota: unknown option zone/],
    [() => tokenBucket({ capacity: 0, refillPerSecond: 1 }), /capacity must be a whole number between 1/],
    [
      () => tokenBucket({ capacity: 1, refillPerSecond: 0 }),
      /refillPerSecond must be a number between 0.000001 and 10000, got 0/,
    ],
    [() => tokenBucket({ capacity: 10_000_000, refillPerSecond: 0.001 }), /takes over 142 years to fill/],
    [() => tokenBucket({ capacity: 1, refillPerSecond: 1, burst: 2 } as never), /tokenBucket: unknown option burst/],
    [() => checkLimits("rateLimit", []), /limits must be 1 to 8, got 0/],
    [
      () =>
        checkLimits(
          "rateLimit",
          Array.from({ length: 9 }, (_, index) => quota(index + 1, "day")),
        ),
      /1 to 8, got 9/,
    ],
    [() => checkLimits("rateLimit", [10 as never]), /limits must be made by slidingWindow, quota or tokenBucket/],
    [
      () => checkLimits("rateLimit", [{ kind: "quota" } as never]),
      /limits must be made by slidingWindow, quota or tokenBucket/,
    ],
    [
      () => checkLimits("rateLimit", [{ ...quota(1, "day"), id: 7 as never }]),
      /limits must be made by slidingWindow, quota/,
    ],
    [
      () => checkLimits("rateLimit", [{ ...quota(1, "day"), limit: undefined as never }]),
      /limit of limits must be a whole number/,
    ],
    [() => checkLimits("rateLimit", undefined as never), /limits must be made by/],
    [
      () => checkLimits("rateLimit", [slidingWindow(10, "1s"), slidingWindow(10, 1_000)]),
      /two limits are named "10-per-1s"/,
    ],
    [
      () => checkLimits("rateLimit", [slidingWindow(10, "1s"), slidingWindow(20, "1s")]),
      /two limits share the window of "20-per-1s"/,
    ],
  ])("refuse bad arguments: %s", (make, message) => {
    expect(make).toThrow(message);
  });

  it.each([
    ["a limit of a billion", () => slidingWindow(1_000_000_000, "1s")],
    ["a limit x window of 2^53 - 1", () => slidingWindow(441_650_591, 20_394_401)],
    ["a window of 366 days", () => slidingWindow(1, "366d")],
    ["a strict window of 12 ms", () => slidingWindow(10, 12, { strict: true })],
    ["a name of 64 characters", () => slidingWindow(10, "1s", { name: "x".repeat(64) })],
    ["a refill of 10,000 a second", () => tokenBucket({ capacity: 1, refillPerSecond: 10_000 })],
    [
      "eight limits",
      () =>
        checkLimits(
          "rateLimit",
          [1, 2, 3, 4, 5, 6, 7, 8].map((ms) => slidingWindow(1, ms)),
        ),
    ],
  ])("may be as large as %s", (_bound, make) => {
    expect(make).not.toThrow();
  });

  it.each([
    [{ previous: 0, current: 0 }, 0],
    [{ previous: 4, current: 0 }, 4],
    [{ previous: 2, current: 3 }, 5],
  ])("need no wait for what is there before a window begins: %j", (counts, target) => {
    expect(slidingWaitMs({ ...counts, windowMs: 1_000, elapsedMs: -200 }, target)).toBe(0);
  });

  it("may share a window if they have names of their own", () => {
    const both = [slidingWindow(10, "1s", { name: "a" }), slidingWindow(20, "1s", { name: "b" })];
    expect(checkLimits("rateLimit", both)).toBe(both);
  });
});
