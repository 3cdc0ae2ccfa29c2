import { describe, expect, it } from "vitest";
import { enterInvocation } from "../invocation/enter.ts";
import { type ManualClock, manualClock } from "../testing/index.ts";
import { createStoreGuard, type StoreGuard } from "./guard.ts";

function guardOn(clock: ManualClock): StoreGuard {
  return createStoreGuard({ timeoutMs: 250, clock, timeoutError: (ms) => new Error(`late after ${ms} ms`) });
}

/** Calls of a store, each ended by the test. */
function calls(guard: StoreGuard, count: number) {
  return Array.from({ length: count }, () => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const ended = guard.call(() => promise).catch((error: Error) => error.message);
    const end = (settle: () => void) => () => {
      settle();
      return ended;
    };
    return { ended, answer: end(() => resolve("answer")), fail: end(() => reject(new Error("broken"))) };
  });
}

const both = (guard: StoreGuard) => [guard.admits(), guard.admits()];

/** Calls a store that hangs, in an invocation with this much time before its reserve. */
async function hangWithin(guard: StoreGuard, clock: ManualClock, ms: number, count = 1): Promise<void> {
  // In a promise of its own: the scope entered here is not the other calls'.
  await Promise.resolve().then(async () => {
    const context = { getRemainingTimeInMillis: () => ms + 100 };
    const scope = enterInvocation({ event: {}, context }, {});
    const hung = calls(guard, count);
    await clock.advance(ms + 1);
    await Promise.all(hung.map(({ ended }) => ended));
    scope.ended = true;
  });
}

describe("the health of a store", () => {
  it("is dead after the requests in flight have failed, and gets one probe a second from then on", async () => {
    const clock = manualClock();
    const guard = guardOn(clock);
    await calls(guard, 1)[0]?.answer();
    const inFlight = calls(guard, 100);
    await clock.advance(250);
    expect(await Promise.all(inFlight.map(({ ended }) => ended))).toEqual(Array(100).fill("late after 250 ms"));
    expect(both(guard)).toEqual([false, false]);
    for (let probes = 0; probes < 5; probes += 1) {
      clock.jump(999);
      expect(both(guard)).toEqual([false, false]);
      clock.jump(1);
      expect(both(guard)).toEqual([true, false]);
    }
  });

  it("is not dead because of an old call's failure if a later one was answered", async () => {
    const guard = guardOn(manualClock());
    const [old, later] = calls(guard, 2);
    await later?.answer();
    await old?.fail();
    expect(both(guard)).toEqual([true, true]);
  });

  it("stays dead if an old call is answered after a later one has failed, until a probe is answered", async () => {
    const clock = manualClock();
    const guard = guardOn(clock);
    const [oldest, old, later] = calls(guard, 3);
    await later?.fail();
    await old?.answer();
    await oldest?.fail();
    expect(both(guard)).toEqual([false, false]);
    clock.jump(1_000);
    expect(both(guard)).toEqual([true, false]);
    await calls(guard, 1)[0]?.answer();
    expect(both(guard)).toEqual([true, true]);
  });

  it.each([
    [1_250, [false, false]],
    [1_251, [true, true]],
  ])(
    "is judged by calls that end soon after their time, not by those that a frozen process kept: %i ms",
    async (ms, admitted) => {
      for (const end of ["late", "broken"]) {
        const clock = manualClock();
        const guard = guardOn(clock);
        await calls(guard, 1)[0]?.answer();
        const [call] = calls(guard, 1);
        clock.jump(ms);
        if (end === "broken") await call?.fail();
        await clock.advance(0);
        expect(await call?.ended).toContain(end);
        expect([end, ...both(guard)]).toEqual([end, ...admitted]);
      }
    },
  );

  it("is dead if calls are late again after a freeze, without an answer in between", async () => {
    const clock = manualClock();
    const guard = guardOn(clock);
    await calls(guard, 1)[0]?.answer();
    const late = async (count: number) => {
      const slow = calls(guard, count);
      clock.jump(5_000);
      await clock.advance(0);
      await Promise.all(slow.map(({ ended }) => ended));
      return both(guard);
    };
    expect(await late(64)).toEqual([true, true]);
    await calls(guard, 1)[0]?.answer();
    expect(await late(64)).toEqual([true, true]);
    expect(await late(1)).toEqual([false, false]);
  });

  it("is dead once calls cut short by deadlines have waited as long as one call may", async () => {
    const clock = manualClock();
    const guard = guardOn(clock);
    await calls(guard, 1)[0]?.answer();
    await hangWithin(guard, clock, 120, 50);
    expect(both(guard)).toEqual([true, true]);
    // Time between the calls does not count.
    clock.jump(3_600_000);
    await hangWithin(guard, clock, 120);
    expect(both(guard)).toEqual([true, true]);
    await hangWithin(guard, clock, 120);
    expect(both(guard)).toEqual([false, false]);
  });

  it("forgets calls cut short after an answer", async () => {
    const clock = manualClock();
    const guard = guardOn(clock);
    for (let times = 0; times < 5; times += 1) {
      await calls(guard, 1)[0]?.answer();
      await hangWithin(guard, clock, 200);
    }
    expect(both(guard)).toEqual([true, true]);
  });
});
