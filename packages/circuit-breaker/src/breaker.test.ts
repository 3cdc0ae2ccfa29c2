import { getEventListeners } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import type { CircuitEvent } from "@midguard/kernel";
import { subscribe } from "@midguard/kernel";
import { manualClock, seededRandom } from "@midguard/kernel/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type CircuitBreaker, createCircuitBreaker } from "./breaker.ts";
import { CircuitOpenError } from "./errors.ts";
import type { CircuitBreakerOptions } from "./options.ts";
import { consecutiveFailures } from "./trips/consecutive-failures.ts";
import { failureRate } from "./trips/failure-rate.ts";

let events: CircuitEvent[] = [];
let unsubscribe: () => void;
beforeEach(() => {
  events = [];
  unsubscribe = subscribe((event) => events.push(event as CircuitEvent));
});
afterEach(() => unsubscribe());

/** Half-way between the ends of the jitter: open times are what the options say. */
const middle = () => 0.5;

function setUp(options: Partial<CircuitBreakerOptions> = {}) {
  const clock = manualClock();
  const breaker = createCircuitBreaker({
    name: "payments",
    trip: consecutiveFailures(2),
    clock,
    random: middle,
    ...options,
  });
  return { clock, breaker };
}

const succeed = (breaker: CircuitBreaker) => breaker.run(async () => "ok");
const fail = (breaker: CircuitBreaker, error: unknown = new Error("down")) =>
  breaker.run(() => Promise.reject(error)).catch((caught: unknown) => caught);

async function openUp(breaker: CircuitBreaker): Promise<void> {
  for (let calls = 0; breaker.state === "closed" && calls < 10; calls += 1) await fail(breaker);
}

/** A call that ends when it is told to. */
function pending(breaker: CircuitBreaker) {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const result = breaker.run(() => promise).catch((error: unknown) => error);
  return { resolve, reject, result };
}

describe("a closed circuit", () => {
  test("gives back what the call gave, untouched", async () => {
    const { breaker } = setUp();
    const value = { statusCode: 500 };
    const error = Object.freeze({ frozen: true });
    expect(await breaker.run(async () => value)).toBe(value);
    expect(await breaker.run(() => 7)).toBe(7);
    await expect(breaker.run(() => Promise.reject(error))).rejects.toBe(error);
    await expect(breaker.run(() => Promise.reject(undefined))).rejects.toBeUndefined();
  });

  test("counts a synchronous throw as it does a rejection, and gives it back as a rejection", async () => {
    const { breaker } = setUp({ trip: consecutiveFailures(1) });
    const error = new Error("at once");
    const result = breaker.run(() => {
      throw error;
    });
    await expect(result).rejects.toBe(error);
    expect(breaker.state).toBe("open");
  });

  test("opens when the rule says so, and tells for how long", async () => {
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

  test("counts neither rejections of our own nor the caller's aborts", async () => {
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
  ])("counts no attempt that was cut because the invocation was nearly over: %s", async (_, error) => {
    const { breaker } = setUp({ trip: consecutiveFailures(1) });
    await fail(breaker, error(true));
    expect(breaker.state).toBe("closed");
    await fail(breaker, error(false));
    expect(breaker.state).toBe("open");
  });

  test("lets a success of a nested call through it count once each", async () => {
    const { breaker } = setUp({ trip: failureRate({ threshold: 0.5, minimumCalls: 2 }) });
    await breaker.run(() => breaker.run(async () => "ok"));
    await fail(breaker);
    expect(breaker.state).toBe("closed");
    await fail(breaker);
    expect(breaker.state).toBe("open");
  });

  test("reads no clock for good calls where the rule needs no time, and keeps what it had counted", async () => {
    let reads = 0;
    const clock = { now: () => ++reads };
    const breaker = createCircuitBreaker({ name: "payments", trip: consecutiveFailures(2), clock });
    await fail(breaker);
    const before = reads;
    for (let calls = 0; calls < 10; calls += 1) await succeed(breaker);
    expect(reads).toBe(before);
    await fail(breaker);
    expect(breaker.state).toBe("closed");
    await fail(breaker);
    expect(breaker.state).toBe("open");
  });

  test("reads it seldom where they come by hundreds, and opens on the failures after them as ever", async () => {
    let reads = 0;
    const clock = { now: () => 1_000 + ++reads / 1_000 };
    const breaker = createCircuitBreaker({ name: "payments", trip: failureRate({ threshold: 0.5 }), clock });
    for (let calls = 0; calls < 1_000; calls += 1) await succeed(breaker);
    expect(reads).toBeLessThan(300);
    for (let calls = 0; calls < 999; calls += 1) await fail(breaker);
    expect(breaker.state).toBe("closed");
    await fail(breaker);
    expect(breaker.state).toBe("open");
  });

  test("tells every call and its time to a rule that asks for them", async () => {
    const told: [boolean, number][] = [];
    const clock = manualClock();
    const start = () => ({
      record: (failed: boolean, _slow: boolean, now: number) => told.push([failed, now]) > 2,
      save: () => [],
    });
    const breaker = createCircuitBreaker({ name: "own", trip: { rule: "own", slowCallMs: Infinity, start }, clock });
    const from = clock.now();
    await succeed(breaker);
    await clock.advance(5);
    await fail(breaker);
    await succeed(breaker);
    expect(told).toEqual([
      [false, from],
      [true, from + 5],
      [false, from + 5],
    ]);
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

describe("an open circuit", () => {
  test("rejects without calling, with a fresh error that says when to come back", async () => {
    const { breaker, clock } = setUp({ openMs: 400 });
    await openUp(breaker);
    clock.jump(100);
    const fn = vi.fn();
    const [first, second] = await Promise.all([breaker.run(fn), breaker.run(fn)].map((run) => run.catch((e) => e)));
    expect(fn).not.toHaveBeenCalled();
    expect(first).toBeInstanceOf(CircuitOpenError);
    expect(first).toMatchObject({ circuit: "payments", retryAfterMs: 300, headers: { "Retry-After": "1" } });
    expect(first).not.toBe(second);
    expect(events.slice(1)).toEqual(Array(2).fill({ type: "circuit.rejected", source: "payments", retryAfterMs: 300 }));
  });

  test("stays open for its time, then lets one probe through, which closes it with an empty window", async () => {
    const { breaker, clock } = setUp({ openMs: 400 });
    await openUp(breaker);
    clock.jump(399);
    expect(breaker.state).toBe("open");
    expect(await succeed(breaker).catch(() => "rejected")).toBe("rejected");
    clock.jump(1);
    expect(breaker.state).toBe("half-open");
    expect(await succeed(breaker)).toBe("ok");
    expect(breaker.state).toBe("closed");
    await fail(breaker);
    expect(breaker.state).toBe("closed");
    const types = events.map(({ type }) => type);
    expect(types).toEqual(["circuit.opened", "circuit.rejected", "circuit.half_opened", "circuit.closed"]);
  });

  test("is open longer after each failed probe, up to the maximum, and from the start again once it has closed", async () => {
    const { breaker, clock } = setUp({ openMs: 300, maxOpenMs: 1_000 });
    await openUp(breaker);
    for (const openMs of [300, 600, 1_000, 1_000]) {
      expect(events.at(-1)).toMatchObject({ type: "circuit.opened", openMs });
      clock.jump(openMs);
      await fail(breaker);
    }
    expect(events.at(-1)).toMatchObject({ reason: "probe-failed" });
    clock.jump(1_000);
    await succeed(breaker);
    await openUp(breaker);
    expect(events.at(-1)).toMatchObject({ openMs: 300, reason: "tripped" });
  });

  test("takes `openMs` for the maximum where it is longer than the default one", async () => {
    const { breaker, clock } = setUp({ openMs: 5_000 });
    await openUp(breaker);
    clock.jump(5_000);
    await fail(breaker);
    expect(events.at(-1)).toMatchObject({ openMs: 5_000 });
  });

  test("recovers by itself where calls are only made while it is not open", async () => {
    const { breaker, clock } = setUp();
    await openUp(breaker);
    clock.jump(500);
    if (breaker.state !== "open") await succeed(breaker);
    expect(breaker.state).toBe("closed");
  });

  test("is over after a freeze of any length", async () => {
    const { breaker, clock } = setUp();
    await openUp(breaker);
    clock.jump(6 * 3_600_000);
    expect(await succeed(breaker)).toBe("ok");
  });

  test("is not held by a clock that jumps back", async () => {
    const { breaker, clock } = setUp({ openMs: 400 });
    await openUp(breaker);
    clock.jump(-3_600_000);
    expect(breaker.state).toBe("open");
    clock.jump(399);
    expect(breaker.state).toBe("open");
    clock.jump(1);
    expect(await succeed(breaker)).toBe("ok");
  });
});

describe("a result from before the circuit moved", () => {
  test("does not open the recovered circuit", async () => {
    const { breaker, clock } = setUp();
    const stale = [pending(breaker), pending(breaker)];
    await openUp(breaker);
    clock.jump(500);
    await succeed(breaker);
    for (const call of stale) call.reject(new Error("late"));
    await Promise.all(stale.map(({ result }) => result));
    expect(breaker.state).toBe("closed");
    await fail(breaker);
    expect(breaker.state).toBe("closed");
  });

  test("does not close an open circuit, nor decide for a probe", async () => {
    const { breaker, clock } = setUp();
    const stale = [pending(breaker), pending(breaker)];
    await openUp(breaker);
    stale[0]?.resolve("late");
    await stale[0]?.result;
    expect(breaker.state).toBe("open");
    clock.jump(500);
    const probe = pending(breaker);
    stale[1]?.resolve("late");
    await stale[1]?.result;
    expect(breaker.state).toBe("half-open");
    probe.resolve("ok");
    await probe.result;
    expect(breaker.state).toBe("closed");
  });
});

describe("a half-open circuit", () => {
  async function halfOpen(options: Partial<CircuitBreakerOptions> = {}) {
    const made = setUp(options);
    await openUp(made.breaker);
    made.clock.jump(500);
    return made;
  }

  test("lets as many probes through as it has permits, and says when the next is free", async () => {
    const { breaker, clock } = await halfOpen({ halfOpenPermits: 2, maxOpenMs: 3_000 });
    pending(breaker);
    clock.jump(1_000);
    pending(breaker);
    const rejection = await fail(breaker);
    expect(rejection).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 2_000, headers: { "Retry-After": "2" } });
  });

  const neither = {
    "an abort": (breaker: CircuitBreaker) => fail(breaker, new DOMException("aborted", "AbortError")),
    "a rejection of our own": (breaker: CircuitBreaker) => breaker.run(() => succeed(breaker)).catch((error) => error),
  };
  test.each(Object.entries(neither))("gets its permit back after %s, and stays", async (_, end) => {
    const { breaker } = await halfOpen();
    await end(breaker);
    expect(breaker.state).toBe("half-open");
    expect(await succeed(breaker)).toBe("ok");
    expect(breaker.state).toBe("closed");
  });

  test("closes on an error that the options do not call a failure", async () => {
    const { breaker } = await halfOpen({ isFailure: (outcome) => "error" in outcome && outcome.error !== "not found" });
    expect(await fail(breaker, "not found")).toBe("not found");
    expect(breaker.state).toBe("closed");
  });

  test("gets the permit of a lost call back when its lease ends", async () => {
    const { breaker, clock } = await halfOpen({ maxOpenMs: 3_000 });
    const lost = pending(breaker);
    clock.jump(2_999);
    expect(await fail(breaker)).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 1 });
    clock.jump(1);
    const probe = pending(breaker);
    expect(await fail(breaker)).toMatchObject({ code: "CIRCUIT_OPEN" });
    probe.resolve("ok");
    await probe.result;
    expect(breaker.state).toBe("closed");
    lost.reject(new Error("late"));
    await lost.result;
    expect(breaker.state).toBe("closed");
  });

  test("closes on a probe that outlived its lease: a slow dependency is not a dead one", async () => {
    const { breaker, clock } = await halfOpen();
    const slow = pending(breaker);
    clock.jump(10_000);
    slow.resolve("ok");
    expect(await slow.result).toBe("ok");
    expect(breaker.state).toBe("closed");
  });

  test("opens again on a slow probe where the rule knows slow calls", async () => {
    const trip = failureRate({ minimumCalls: 2, slowCallMs: 100 });
    const { breaker, clock } = await halfOpen({ trip });
    const slow = pending(breaker);
    clock.jump(100);
    slow.resolve("ok");
    await slow.result;
    expect(breaker.state).toBe("open");
    expect(events.at(-1)).toMatchObject({ openMs: 1_000, reason: "probe-failed" });
  });

  test("probes one by one where a probe fails and others are still out", async () => {
    const { breaker, clock } = await halfOpen({ halfOpenPermits: 2 });
    const [first, second] = [pending(breaker), pending(breaker)];
    first.reject(new Error("down"));
    await first.result;
    expect(breaker.state).toBe("open");
    second.resolve("ok");
    await second.result;
    expect(breaker.state).toBe("open");
    clock.jump(1_000);
    expect(await succeed(breaker)).toBe("ok");
  });
});

test("slow calls open the circuit, also those that succeed", async () => {
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

describe("a call with a signal", () => {
  const hang = (): Promise<never> => new Promise(() => {});
  const timeout = new DOMException("too slow", "TimeoutError");
  const settle = (run: Promise<unknown>): Promise<unknown> => run.catch((error: unknown) => error);

  test("that heeds no signal ends with a timeout, which is a failure", async () => {
    const { breaker } = setUp({ trip: consecutiveFailures(1) });
    const controller = new AbortController();
    const run = settle(breaker.run(hang, { signal: controller.signal }));
    controller.abort(timeout);
    expect(await run).toBe(timeout);
    expect(breaker.state).toBe("open");
  });

  test.each([
    ["an AbortError", undefined],
    ["an error", new Error("client closed")],
    ["no error", "gone"],
  ])("whose caller leaves counts as neither, also where the reason is %s", async (_, reason) => {
    const { breaker, clock } = setUp();
    await openUp(breaker);
    clock.jump(500);
    const controller = new AbortController();
    const { signal } = controller;
    const probe = settle(breaker.run(hang, { signal }));
    controller.abort(reason);
    expect(await probe).toBe(signal.reason);
    expect(breaker.state).toBe("half-open");
    // The permit is free again.
    expect(await succeed(breaker)).toBe("ok");
    expect(breaker.state).toBe("closed");
  });

  test("that has aborted already is not made, nor where the call itself aborts does it matter what comes of it", async () => {
    const { breaker } = setUp({ trip: consecutiveFailures(1) });
    const call = vi.fn(hang);
    expect(await settle(breaker.run(call, { signal: AbortSignal.abort("gone") }))).toBe("gone");
    expect(call).not.toHaveBeenCalled();
    const controller = new AbortController();
    const own = breaker.run(
      () => {
        controller.abort(timeout);
        return hang();
      },
      { signal: controller.signal },
    );
    expect(await settle(own)).toBe(timeout);
    expect(breaker.state).toBe("open");
  });

  test("that ends by itself is as without one, and leaves no listener", async () => {
    const { breaker } = setUp();
    const { signal } = new AbortController();
    expect(await breaker.run(async () => "ok", { signal })).toBe("ok");
    for (const error of [new Error("1"), new Error("2")]) {
      expect(await settle(breaker.run(() => Promise.reject(error), { signal }))).toBe(error);
    }
    expect(breaker.state).toBe("open");
    await turn();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("that is late for its cut disturbs nobody", async () => {
    const { breaker } = setUp();
    const controller = new AbortController();
    const { promise, reject } = Promise.withResolvers<never>();
    const run = settle(breaker.run(() => promise, { signal: controller.signal }));
    controller.abort(timeout);
    reject(new Error("late"));
    expect(await run).toBe(timeout);
    await turn();
    expect(breaker.state).toBe("closed");
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  test.each([
    [{ signal: 7 }, "signal must be an object, got 7"],
    [{ signal: { addEventListener() {} } }, "signal.removeEventListener must be a function, got undefined"],
    [{ once: true }, "run: unknown option once (true)"],
    [null, "run: options must be an object, got null"],
  ])("is refused before it is made where its options are wrong: %j", async (options, message) => {
    const { breaker, clock } = setUp();
    await openUp(breaker);
    clock.jump(500);
    const call = vi.fn(hang);
    await expect(breaker.run(call, options as never)).rejects.toThrow(new TypeError(message));
    expect(call).not.toHaveBeenCalled();
    expect(await succeed(breaker)).toBe("ok");
  });

  test("whose caller leaves counts as neither in a closed circuit, too, unless a timeout is behind it", async () => {
    const { breaker } = setUp({ trip: consecutiveFailures(1) });
    const leaving = new AbortController();
    const left = settle(breaker.run(hang, { signal: leaving.signal }));
    leaving.abort(new Error("client closed"));
    await left;
    expect(breaker.state).toBe("closed");
    const late = new AbortController();
    const cut = settle(breaker.run(hang, { signal: late.signal }));
    late.abort(new DOMException("cut", { name: "AbortError", cause: timeout }));
    await cut;
    expect(breaker.state).toBe("open");
  });

  test("that was good counts as good, whatever its signal does after it", async () => {
    const { breaker, clock } = setUp();
    await openUp(breaker);
    clock.jump(500);
    const controller = new AbortController();
    const { promise, resolve } = Promise.withResolvers<string>();
    const run = breaker.run(() => promise, { signal: controller.signal });
    resolve("ok");
    await Promise.resolve();
    controller.abort("gone");
    expect(await run).toBe("ok");
    expect(breaker.state).toBe("closed");
  });
});

describe("an error in isFailure", () => {
  let warnings: string[] = [];
  const warn = (warning: Error) => warnings.push(warning.message);
  beforeEach(() => {
    warnings = [];
    process.on("warning", warn);
  });
  afterEach(() => {
    process.off("warning", warn);
  });

  test("changes no result, counts as neither, returns the permit, and is told once", async () => {
    const throwing = vi.fn((): boolean => true);
    const { breaker, clock } = setUp({ isFailure: throwing });
    await openUp(breaker);
    clock.jump(500);
    throwing.mockImplementation(() => {
      throw new Error("bug");
    });
    expect(await succeed(breaker)).toBe("ok");
    expect(await fail(breaker, "down")).toBe("down");
    expect(breaker.state).toBe("half-open");
    throwing.mockImplementation(() => false);
    expect(await succeed(breaker)).toBe("ok");
    expect(breaker.state).toBe("closed");
    await turn();
    expect(warnings).toEqual(["payments could not judge a call: Error: bug"]);
  });

  test("is that it is async: a promise does not count as true", async () => {
    const isFailure = (async () => false) as unknown as () => boolean;
    const { breaker } = setUp({ isFailure });
    for (let call = 0; call < 20; call += 1) expect(await succeed(breaker)).toBe("ok");
    expect(breaker.state).toBe("closed");
    await turn();
    expect(warnings).toEqual([
      "payments could not judge a call: TypeError: isFailure must be no async function, got a promise",
    ]);
  });

  test("changes no result either where what it throws cannot be written as text", async () => {
    const isFailure = () => {
      throw Object.create(null);
    };
    expect(await succeed(setUp({ isFailure }).breaker)).toBe("ok");
  });

  test.each([true, false])("does not undo an isolation that it asked for, whether it says %s", async (isFailure) => {
    const { breaker, clock } = setUp({
      isFailure: () => {
        if (breaker.state === "half-open") breaker.isolate();
        return isFailure;
      },
      initialState: { ...setUp().breaker.toJSON(), state: "half-open", openings: 1 },
    });
    clock.jump(1);
    expect(await succeed(breaker)).toBe("ok");
    expect(breaker.state).toBe("isolated");
  });
});

describe("an isolated circuit", () => {
  test("rejects until it is released, whatever the time and the calls under way", async () => {
    const { breaker, clock } = setUp();
    const before = pending(breaker);
    breaker.isolate();
    breaker.isolate();
    clock.jump(3_600_000);
    before.resolve("ok");
    await before.result;
    expect(breaker.state).toBe("isolated");
    expect(await fail(breaker)).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 2_000 });
    breaker.release();
    expect(breaker.state).toBe("closed");
    expect(events.map(({ type }) => type)).toEqual(["circuit.isolated", "circuit.rejected", "circuit.closed"]);
  });

  test("closes with an empty window", async () => {
    const { breaker } = setUp();
    await fail(breaker);
    breaker.isolate();
    breaker.release();
    await fail(breaker);
    expect(breaker.state).toBe("closed");
  });

  test("is the only one that a release closes", async () => {
    const { breaker } = setUp();
    await openUp(breaker);
    breaker.release();
    expect(breaker.state).toBe("open");
  });

  test("stays so where a subscriber isolates the circuit as it half-opens", async () => {
    const { breaker, clock } = setUp();
    const stop = subscribe(({ type }) => type === "circuit.half_opened" && breaker.isolate());
    await openUp(breaker);
    clock.jump(500);
    expect(await fail(breaker)).toMatchObject({ code: "CIRCUIT_OPEN" });
    expect(breaker.state).toBe("isolated");
    stop();
  });
});

describe("wrap", () => {
  test("guards a function with its parameters and its `this`", async () => {
    const { breaker } = setUp({ trip: consecutiveFailures(1) });
    const till = {
      currency: "EUR",
      charge: breaker.wrap(async function charge(this: { currency: string }, cents: number, to: string) {
        if (cents < 0) throw new RangeError("cents");
        return `${to}: ${cents} ${this.currency}`;
      }),
    };
    expect(await till.charge(5, "Ada")).toBe("Ada: 5 EUR");
    await expect(till.charge(-1, "Ada")).rejects.toThrow("cents");
    await expect(till.charge(5, "Ada")).rejects.toThrow(CircuitOpenError);
  });

  test("refuses what is no function", async () => {
    const { breaker } = setUp();
    expect(() => breaker.wrap(7 as never)).toThrow("fn must be a function, got 7");
    for (let times = 0; times < 10; times += 1) {
      await expect(breaker.run(Promise.resolve(7) as never)).rejects.toThrow("fn must be a function, got a promise");
    }
    expect(breaker.state).toBe("closed");
  });
});

test("the open times of many circuits are spread over 0.75 to 1.25 of the nominal", async () => {
  const random = seededRandom(7);
  for (let circuit = 0; circuit < 200; circuit += 1) {
    await openUp(setUp({ trip: consecutiveFailures(1), random, openMs: 1_000, maxOpenMs: 1_000 }).breaker);
  }
  const times = events.flatMap((event) => (event.type === "circuit.opened" ? [event.openMs] : []));
  expect(times).toHaveLength(200);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(750);
  expect(Math.min(...times)).toBeLessThan(770);
  expect(Math.max(...times)).toBeLessThanOrEqual(1_250);
  expect(Math.max(...times)).toBeGreaterThan(1_230);
});

test("the wall clock and real chance are what a breaker goes by when it is given none", async () => {
  const breaker = createCircuitBreaker({ name: "payments", trip: consecutiveFailures(1), openMs: 20 });
  await fail(breaker);
  const { takenAt, ends } = breaker.toJSON();
  expect(Math.abs(takenAt - Date.now())).toBeLessThan(1_000);
  expect(ends[0]).toBeGreaterThan(takenAt);
  expect(ends[0]).toBeLessThanOrEqual(takenAt + 25);
});
