import { subscribe } from "@midguard/kernel";
import { manualClock, seededRandom } from "@midguard/kernel/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { flaky, reasonOf } from "../../test-support/calls.ts";
import { constant, createRetry, retryReport } from "../index.ts";

afterEach(() => vi.restoreAllMocks());

describe("the wait", () => {
  test("is what the backoff returns for the attempt, its own last delay and the policy's random", async () => {
    const clock = manualClock();
    const backoff = vi.fn((attempt: number, _previousMs: number, _random: () => number) => attempt * 100);
    const policy = createRetry({ budget: false, backoff, clock, random: seededRandom(1) });
    const startedAt = clock.now();
    const begun: number[] = [];
    const done = policy.run(async ({ number }) => {
      begun.push(clock.now() - startedAt);
      if (number <= 3) throw Object.assign(new Error("busy"), { headers: { "retry-after": number === 2 ? "5" : "0" } });
    });
    await clock.advance(10_000);
    await done;
    expect(begun).toEqual([0, 100, 5_100, 5_400]);
    const random = seededRandom(1);
    expect(backoff.mock.calls.map(([attempt, previousMs, given]) => [attempt, previousMs, given()])).toEqual([
      [1, 0, random()],
      [2, 100, random()],
      [3, 200, random()],
    ]);
  });

  test.each([
    [{ afterMs: 700 }, 700],
    [{ afterMs: 1 }, 100],
    [{ afterMs: Number.NaN }, 100],
    [true, 2_000],
  ])("is at least what the rule returns: %j", async (verdict, expected) => {
    const clock = manualClock();
    const policy = createRetry({
      backoff: constant(100),
      clock,
      retryable: (outcome) => !outcome.ok && verdict,
    });
    const startedAt = clock.now();
    const done = policy.run(async ({ number }) => {
      if (number === 1) throw Object.assign(new Error("busy"), { headers: { "retry-after": "2" } });
      return clock.now() - startedAt;
    });
    await clock.advance(10_000);
    expect(await done).toBe(expected);
  });

  test.each([Number.NaN, -5, undefined])("is 0 if the backoff returns %s", async (ms) => {
    const delays: number[] = [];
    const stop = subscribe((event) => event.type === "retry.scheduled" && delays.push(event.delayMs));
    const policy = createRetry({ budget: false, backoff: () => ms as number });
    expect(await policy.run(flaky(new Error("1")))).toBe("ok");
    stop();
    expect(delays).toEqual([0]);
  });

  test("does not start if it would end at the very moment that time is up", async () => {
    const clock = manualClock();
    const run = (delayMs: number): Promise<string> => {
      return createRetry({ backoff: constant(delayMs), maxElapsedMs: 100, clock }).run(flaky("down"));
    };
    expect(await reasonOf(run(100))).toBe("down");
    const done = run(99);
    await clock.advance(99);
    expect(await done).toBe("ok");
  });

  test("does not start if it would never end", async () => {
    const error = new Error("down");
    expect(await reasonOf(createRetry({ backoff: constant(Infinity) }).run(flaky(error)))).toBe(error);
    expect(retryReport(error)).toMatchObject({ attempts: 1, reason: "deadline" });
  });

  test("does not follow a wall clock that jumps", async () => {
    const clock = manualClock();
    const policy = createRetry({ clock, backoff: constant(1_000), maxElapsedMs: 5_000 });
    const call = flaky(new Error("1"));
    const done = policy.run(call);
    await clock.advance(0);
    vi.spyOn(Date, "now").mockReturnValue(0);
    await clock.advance(999);
    expect(call).toHaveBeenCalledTimes(1);
    vi.spyOn(Date, "now").mockReturnValue(8e15);
    await clock.advance(1);
    expect(await done).toBe("ok");
  });
});
