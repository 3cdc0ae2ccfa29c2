import { currentScope, enterInvocation } from "@midguard/kernel/internal";
import { lambdaContext, manualClock } from "@midguard/kernel/testing";
import { describe, expect, it } from "vitest";
import { createStoreGuard } from "./guard.ts";

const hang = () => new Promise<never>(() => {});
const answer = async () => "answer";

async function outcome(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => value,
    (error: unknown) => error,
  );
}

describe("the guard of a store", () => {
  it("passes answers and errors on, and leaves no timer behind", async () => {
    const clock = manualClock();
    const guard = createStoreGuard(250, clock);
    expect(await guard.call(answer)).toBe("answer");
    const broken = new Error("broken");
    expect(await outcome(guard.call(() => Promise.reject(broken)))).toBe(broken);
    const thrown = () => {
      throw broken;
    };
    expect(await outcome(guard.call(thrown))).toBe(broken);
    expect(clock.sleepers).toBe(0);
  });

  it("gives the first answer of an environment a second, later ones 250 ms, and aborts what is late", async () => {
    const clock = manualClock();
    const guard = createStoreGuard(250, clock);
    const signals: AbortSignal[] = [];
    const ask = (signal: AbortSignal) => {
      signals.push(signal);
      return hang();
    };
    for (const ms of [1_000, 250]) {
      const late = outcome(guard.call(ask));
      await clock.advance(ms - 1);
      expect(signals.at(-1)?.aborted).toBe(false);
      await clock.advance(1);
      expect(await late).toMatchObject({ code: "RATE_LIMIT_STORE_TIMEOUT", timeoutMs: ms });
      expect(signals.at(-1)?.aborted).toBe(true);
    }
  });

  it("gives no less than storeTimeoutMs to the first", async () => {
    const clock = manualClock();
    const late = outcome(createStoreGuard(3_000, clock).call(hang));
    await clock.advance(3_000);
    expect(await late).toMatchObject({ timeoutMs: 3_000 });
  });

  it("admits everybody until a call fails, and then one a second until one succeeds", async () => {
    const clock = manualClock();
    const guard = createStoreGuard(250, clock);
    await outcome(guard.call(() => Promise.reject(new Error())));
    expect([guard.admits(), guard.admits()]).toEqual([false, false]);
    clock.jump(999);
    expect(guard.admits()).toBe(false);
    clock.jump(1);
    expect([guard.admits(), guard.admits()]).toEqual([true, false]);
    await guard.call(answer);
    expect([guard.admits(), guard.admits()]).toEqual([true, true]);
  });

  it("is not silent for longer when the clock is set back", async () => {
    const clock = manualClock();
    const guard = createStoreGuard(250, clock);
    await outcome(guard.call(() => Promise.reject(new Error())));
    clock.jump(-3_600_000);
    expect([guard.admits(), guard.admits()]).toEqual([true, false]);
  });

  it("never waits past the invocation's deadline less 100 ms, and does not hold it against the store", async () => {
    const clock = manualClock();
    const guard = createStoreGuard(250, clock);
    await guard.call(answer);
    const owner = {};
    // In a promise of its own: the scope entered here is not the other tests'.
    await Promise.resolve().then(async () => {
      enterInvocation({ event: {}, context: lambdaContext({ timeoutMs: 250 }) }, owner);
      const late = outcome(guard.call(hang));
      await clock.advance(151);
      expect(await late).toMatchObject({ code: "RATE_LIMIT_STORE_TIMEOUT" });
      expect([guard.admits(), guard.admits()]).toEqual([true, true]);
      enterInvocation({ event: {}, context: lambdaContext({ timeoutMs: 90 }) }, owner);
      let asked = false;
      const ask = async () => {
        asked = true;
      };
      expect(await outcome(guard.call(ask))).toMatchObject({ timeoutMs: 0 });
      expect([asked, guard.admits(), guard.admits()]).toEqual([false, true, true]);
      const scope = currentScope();
      if (scope !== undefined) scope.ended = true;
    });
  });
});
