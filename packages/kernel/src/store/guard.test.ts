import { describe, expect, it, vi } from "vitest";
import { currentScope } from "../invocation/current.ts";
import { enterInvocation } from "../invocation/enter.ts";
import { setReserve } from "../invocation/reserve.ts";
import { lambdaContext, type ManualClock, manualClock } from "../testing/index.ts";
import { createStoreGuard, type StoreGuardOptions } from "./guard.ts";

class Timeout extends Error {
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

const hang = () => new Promise<never>(() => {});
const answer = async () => "answer";
const fail = () => Promise.reject(new Error("broken"));

function guardOn(clock: ManualClock, options: Partial<StoreGuardOptions> = {}) {
  return createStoreGuard({ timeoutMs: 250, clock, timeoutError: (ms) => new Timeout(ms), ...options });
}

async function outcome(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => value,
    (error: unknown) => error,
  );
}

describe("the guard of a store", () => {
  it("passes answers and errors on, and leaves no timer behind", async () => {
    const clock = manualClock();
    const guard = guardOn(clock);
    expect(await guard.call(answer)).toBe("answer");
    const broken = new Error("broken");
    expect(await outcome(guard.call(() => Promise.reject(broken)))).toBe(broken);
    const thrown = () => {
      throw broken;
    };
    expect(await outcome(guard.call(thrown))).toBe(broken);
    expect(clock.sleepers).toBe(0);
  });

  it.each([
    [{}, [1_000, 250]],
    [{ timeoutMs: 50, firstTimeoutMs: 500 }, [500, 50]],
  ])("gives the first call more time than later ones, and aborts what is late: %j", async (options, limits) => {
    const clock = manualClock();
    const guard = guardOn(clock, options);
    const signals: AbortSignal[] = [];
    const ask = (signal: AbortSignal) => {
      signals.push(signal);
      return hang();
    };
    for (const ms of limits) {
      const late = outcome(guard.call(ask));
      await clock.advance(ms - 1);
      expect(signals.at(-1)?.aborted).toBe(false);
      await clock.advance(1);
      expect(await late).toBeInstanceOf(Timeout);
      expect(await late).toMatchObject({ timeoutMs: ms });
      expect(signals.at(-1)?.aborted).toBe(true);
    }
  });

  it("gives the first call no less than timeoutMs", async () => {
    const clock = manualClock();
    const late = outcome(guardOn(clock, { timeoutMs: 3_000 }).call(hang));
    await clock.advance(3_000);
    expect(await late).toMatchObject({ timeoutMs: 3_000 });
  });

  it.each([
    [{}, 1_000],
    [{ probeAfterMs: 300 }, 300],
  ])("admits every call until one fails, and then one probe at a time until one succeeds: %j", async (options, ms) => {
    const clock = manualClock();
    const guard = guardOn(clock, options);
    await outcome(guard.call(fail));
    expect([guard.admits(), guard.admits()]).toEqual([false, false]);
    clock.jump(ms - 1);
    expect(guard.admits()).toBe(false);
    clock.jump(1);
    expect([guard.admits(), guard.admits()]).toEqual([true, false]);
    await guard.call(answer);
    expect([guard.admits(), guard.admits()]).toEqual([true, true]);
  });

  it("is not silent for longer when the clock is set back", async () => {
    const clock = manualClock();
    const guard = guardOn(clock);
    await outcome(guard.call(fail));
    clock.jump(-3_600_000);
    expect([guard.admits(), guard.admits()]).toEqual([true, false]);
  });

  it.each([
    [101, true],
    [100, false],
    [99, false],
  ])("asks the store with %i ms of the invocation left: %s", async (leftMs, isAsked) => {
    vi.useFakeTimers();
    try {
      const ask = vi.fn(hang);
      await Promise.resolve().then(async () => {
        const context = { getRemainingTimeInMillis: () => leftMs };
        const scope = enterInvocation({ event: {}, context }, {});
        const clock = manualClock();
        const late = outcome(guardOn(clock).call(ask));
        await clock.advance(1);
        expect(await late).toMatchObject({ timeoutMs: Math.max(0, leftMs - 100) });
        scope.ended = true;
      });
      expect(ask).toHaveBeenCalledTimes(Number(isAsked));
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    [100, undefined],
    [40, 40],
  ])(
    "never waits past the deadline less the reserve of %i ms, nor counts that as a failure",
    async (reserveMs, set) => {
      const clock = manualClock();
      const guard = guardOn(clock);
      await guard.call(answer);
      const owner = {};
      // In a promise of its own: the scope entered here is not the other tests'.
      await Promise.resolve().then(async () => {
        const enter = (timeoutMs: number): void => {
          const scope = enterInvocation({ event: {}, context: lambdaContext({ timeoutMs }) }, owner);
          if (set !== undefined) setReserve(scope, set);
        };
        enter(reserveMs + 150);
        const late = outcome(guard.call(hang));
        await clock.advance(151);
        expect(await late).toBeInstanceOf(Timeout);
        expect([guard.admits(), guard.admits()]).toEqual([true, true]);
        enter(reserveMs - 10);
        let asked = false;
        const ask = async () => {
          asked = true;
        };
        expect(await outcome(guard.call(ask))).toMatchObject({ timeoutMs: 0 });
        expect([asked, guard.admits(), guard.admits()]).toEqual([false, true, true]);
        const scope = currentScope();
        if (scope !== undefined) scope.ended = true;
      });
    },
  );
});
