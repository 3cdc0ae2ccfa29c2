import { describe, expect, test, vi } from "vitest";
import { fail, pending, recordEvents, settle, setUp, succeed } from "../test-support/set-up.ts";
import { createCircuitBreaker } from "./breaker.ts";
import { CircuitOpenError } from "./errors.ts";
import { consecutiveFailures } from "./trips/consecutive-failures.ts";
import { failureRate } from "./trips/failure-rate.ts";

const events = recordEvents();

describe("a closed circuit", () => {
  test("returns the result of the call, untouched", async () => {
    const { breaker } = setUp();
    const value = { statusCode: 500 };
    const error = Object.freeze({ frozen: true });
    expect(await breaker.run(async () => value)).toBe(value);
    expect(await breaker.run(() => 7)).toBe(7);
    await expect(breaker.run(() => Promise.reject(error))).rejects.toBe(error);
    await expect(breaker.run(() => Promise.reject(undefined))).rejects.toBeUndefined();
  });

  test("counts a synchronous throw like a rejection, and rejects with it", async () => {
    const { breaker } = setUp({ trip: consecutiveFailures(1) });
    const error = new Error("at once");
    const result = breaker.run(() => {
      throw error;
    });
    await expect(result).rejects.toBe(error);
    expect(breaker.state).toBe("open");
  });

  test("opens when the rule says so, and publishes for how long", async () => {
    const { breaker } = setUp({ openMs: 400 });
    await fail(breaker);
    expect(breaker.state).toBe("closed");
    await fail(breaker);
    expect(breaker.state).toBe("open");
    expect(events).toEqual([{ type: "circuit.opened", source: "payments", openMs: 400, reason: "tripped" }]);
  });

  test("opens by default at 70 % of five calls in 30 s", async () => {
    const { breaker, clock } = setUp({ trip: undefined });
    await fail(breaker);
    clock.jump(30_000);
    for (let call = 0; call < 4; call += 1) await fail(breaker);
    expect(breaker.state).toBe("closed");
    await fail(breaker);
    expect(breaker.state).toBe("open");
  });

  test("counts neither rejections by Midguard nor aborts by the caller", async () => {
    const { breaker } = setUp({ trip: consecutiveFailures(1), isFailure: () => true });
    const aborted = new AbortController();
    aborted.abort();
    await fail(breaker, aborted.signal.reason);
    await fail(breaker, new CircuitOpenError("inner", 1));
    expect(breaker.state).toBe("closed");
  });

  test.each([
    ["itself", (starved: boolean) => ({ name: "TimeoutError", code: "ATTEMPT_TIMEOUT", starved })],
    ["the cause of an abort", (starved: boolean) => ({ name: "AbortError", cause: { name: "TimeoutError", starved } })],
  ])("does not count an attempt that was starved of time: %s", async (_, error) => {
    const { breaker } = setUp({ trip: consecutiveFailures(1) });
    await fail(breaker, error(true));
    expect(breaker.state).toBe("closed");
    await fail(breaker, error(false));
    expect(breaker.state).toBe("open");
  });

  test("counts a call and the call inside it once each", async () => {
    const { breaker } = setUp({ trip: failureRate({ threshold: 0.5, minimumCalls: 2 }) });
    await breaker.run(() => breaker.run(async () => "ok"));
    await fail(breaker);
    expect(breaker.state).toBe("closed");
    await fail(breaker);
    expect(breaker.state).toBe("open");
  });

  test.each([
    ["a good call", async () => "ok", 1],
    ["a failed one", () => Promise.reject(new Error("down")), 1],
    ["an abort by the caller", () => Promise.reject(new DOMException("left", "AbortError")), 0],
  ])("reads the clock once for %s, at its end", async (_, call: () => Promise<unknown>, expected) => {
    const now = vi.fn(() => 1_000);
    const breaker = createCircuitBreaker({ name: "payments", clock: { now } });
    now.mockClear();
    for (let calls = 1; calls <= 3; calls += 1) {
      await settle(breaker.run(call));
      expect(now).toHaveBeenCalledTimes(calls * expected);
    }
  });

  test("reads the clock twice for a call if durations count, and once to reject one", async () => {
    const now = vi.fn(() => 1_000);
    const trip = failureRate({ threshold: 0.5, minimumCalls: 1, slowCallMs: 100 });
    const breaker = createCircuitBreaker({ name: "payments", trip, clock: { now } });
    now.mockClear();
    await succeed(breaker);
    expect(now).toHaveBeenCalledTimes(2);
    await fail(breaker);
    expect(now).toHaveBeenCalledTimes(4);
    expect(await fail(breaker)).toBeInstanceOf(CircuitOpenError);
    expect(now).toHaveBeenCalledTimes(5);
  });

  test("gives a custom rule every call, when it ended, and its duration if the rule has slowCallMs", async () => {
    const told: [boolean, number, number][] = [];
    const start = () => ({ record: (...call: [boolean, number, number]) => told.push(call) > 2, save: () => [] });
    const { breaker, clock } = setUp({ trip: { rule: "own", slowCallMs: 1_000, start } });
    const from = clock.now();
    for (const [end, ms] of [
      ["resolve", 3],
      ["reject", 5],
      ["resolve", 0],
    ] as const) {
      const call = pending(breaker);
      clock.jump(ms);
      call[end](new Error("down"));
      await call.result;
    }
    expect(told).toEqual([
      [false, 3, from + 3],
      [true, 5, from + 8],
      [false, 0, from + 8],
    ]);
    expect(breaker.state).toBe("open");
  });

  test("gives a rule without slow calls a duration of 0", async () => {
    const record = vi.fn(() => false);
    const { breaker, clock } = setUp({ trip: { rule: "own", start: () => ({ record, save: () => [] }) } });
    const call = pending(breaker);
    clock.jump(100);
    call.resolve("ok");
    await call.result;
    expect(record).toHaveBeenCalledExactlyOnceWith(false, 0, clock.now());
  });

  test("counts 1,000 good calls exactly: 1,000 failures after them make half", async () => {
    let ms = 1_000;
    const clock = { now: () => (ms += 0.001) };
    const breaker = createCircuitBreaker({ name: "payments", trip: failureRate({ threshold: 0.5 }), clock });
    for (let calls = 0; calls < 1_000; calls += 1) await succeed(breaker);
    for (let calls = 0; calls < 999; calls += 1) await fail(breaker);
    expect(breaker.state).toBe("closed");
    await fail(breaker);
    expect(breaker.state).toBe("open");
  });

  test("keeps 50 overlapping calls apart", async () => {
    const { breaker } = setUp({ trip: failureRate({ threshold: 0.6, minimumCalls: 50 }) });
    const calls = Array.from({ length: 50 }, () => pending(breaker));
    for (const [index, call] of calls.entries()) {
      if (index % 5 < 3) call.reject(index);
      else call.resolve(index);
    }
    expect(await Promise.all(calls.map(({ result }) => result))).toEqual(calls.map((_, index) => index));
    expect(breaker.state).toBe("closed"); // 30 of 50, but the last was a success, which never opens.
    await fail(breaker);
    expect(breaker.state).toBe("open");
  });
});

test("slow calls open the circuit, even if they succeed", async () => {
  const { breaker, clock } = setUp({ trip: failureRate({ minimumCalls: 2, slowCallMs: 100, slowRate: 1 }) });
  for (const ms of [99, 100, 100]) {
    expect(breaker.state).toBe("closed");
    const call = pending(breaker);
    clock.jump(ms);
    call.resolve("ok");
    await call.result;
  }
  expect(breaker.state).toBe("closed"); // Two of three.
  clock.jump(30_000);
  for (let calls = 0; calls < 2; calls += 1) {
    const call = pending(breaker);
    clock.jump(100);
    call.resolve("ok");
    await call.result;
  }
  expect(breaker.state).toBe("open");
});
