import { describe, expect, test, vi } from "vitest";
import { lambdaContext, manualClock, seededRandom } from "./index.ts";

describe("manualClock", () => {
  test("stands still until it is moved", async () => {
    const clock = manualClock(1_000);
    expect(clock.now()).toBe(1_000);
    await clock.advance(250);
    expect(clock.now()).toBe(1_250);
    clock.jump(-500);
    expect(clock.now()).toBe(750);
  });

  test("wakes sleepers in order, each at its own time", async () => {
    const clock = manualClock(0);
    const woken: number[] = [];
    const sleepThenNote = async (ms: number) => {
      await clock.sleep(ms);
      woken.push(clock.now());
      if (ms === 10) await clock.sleep(5).then(() => woken.push(clock.now()));
    };
    const all = Promise.all([sleepThenNote(30), sleepThenNote(10), sleepThenNote(200)]);
    await clock.advance(100);
    expect(woken).toEqual([10, 15, 30]);
    expect(clock.sleepers).toBe(1);
    await clock.advance(100);
    await all;
    expect(clock.now()).toBe(200);
  });

  test("does not go back to wake whom a jump has passed", async () => {
    const clock = manualClock(0);
    const woken = vi.fn();
    const slept = clock.sleep(10).then(woken);
    clock.jump(50);
    await clock.advance(0);
    await slept;
    expect(clock.now()).toBe(50);
  });

  test("honours a signal before and in mid-sleep", async () => {
    const clock = manualClock();
    await expect(clock.sleep(1, AbortSignal.abort("gone"))).rejects.toBe("gone");
    const controller = new AbortController();
    const slept = clock.sleep(10, controller.signal);
    controller.abort("enough");
    await expect(slept).rejects.toBe("enough");
    expect(clock.sleepers).toBe(0);
  });
});

test("seededRandom repeats itself and is spread over [0, 1)", () => {
  const draw = (seed: number) => Array.from({ length: 1_000 }, seededRandom(seed));
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  const values = draw(7);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  expect(values.reduce((sum, value) => sum + value) / 1_000).toBeCloseTo(0.5, 1);
});

test("lambdaContext counts down, and is another for every invocation", () => {
  const context = lambdaContext({ timeoutMs: 50 });
  expect(context.getRemainingTimeInMillis()).toBeLessThanOrEqual(50);
  expect(lambdaContext().getRemainingTimeInMillis()).toBeGreaterThan(2_000);
  expect(lambdaContext().awsRequestId).not.toBe(context.awsRequestId);
  expect([context.done(), context.fail(), context.succeed()]).toEqual([undefined, undefined, undefined]);
});
