import { getEventListeners } from "node:events";
import { manualClock } from "@midguard/kernel/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Attempt, constant, createRetry, retryReport } from "../index.ts";

describe("a signal that is first read", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test.each([
    [99, false],
    [100, true],
  ])("%i ms after the start of an attempt of 100 ms: born aborted, %s", async (passedMs, expected) => {
    let aborted: boolean | undefined;
    const policy = createRetry({ budget: false, maxRetries: 0, attemptTimeoutMs: 100 });
    const run = policy.run((attempt) => {
      // As if the call had kept the processor busy.
      vi.setSystemTime(Date.now() + passedMs);
      ({ aborted } = attempt.signal);
    });
    await run.catch(() => {});
    expect(aborted).toBe(expected);
  });

  test("after the end of its attempt never aborts, and leaves neither timer nor listener", async () => {
    const clock = manualClock();
    const { signal } = new AbortController();
    let ended: Attempt | undefined;
    await createRetry({ clock }).run((attempt) => {
      ended = attempt;
    });
    expect(ended?.signal.aborted).toBe(false);
    expect(clock.sleepers).toBe(0);
    await createRetry({ clock, signal }).run((attempt) => {
      ended = attempt;
    });
    expect(ended?.signal.aborted).toBe(false);
    expect(clock.sleepers).toBe(0);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    await clock.advance(60_000);
    expect(ended?.signal.aborted).toBe(false);
  });
});

test("a value that a late reader makes of the run's end is what the run ends with, not the error before it", async () => {
  const clock = manualClock();
  const busy = new Response(null, { status: 503 });
  const policy = createRetry({ budget: false, backoff: constant(0), maxElapsedMs: 1_000, clock });
  const done = policy.run(async (attempt) => {
    if (attempt.number === 1) throw new Error("down");
    await Promise.resolve();
    return clock.sleep(5_000, attempt.signal).catch(() => busy);
  });
  await clock.advance(1_000);
  expect(await done).toBe(busy);
  expect(retryReport(busy)).toMatchObject({ attempts: 2, reason: "max-elapsed" });
});
