import { manualClock, seededRandom } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import { failAfter } from "../test-support/set-up.ts";
import { createCircuitBreaker } from "./breaker.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";
import type { CircuitBreakerOptions } from "./options.ts";
import type { CircuitSnapshot } from "./snapshot.ts";
import { consecutiveFailures } from "./trips/consecutive-failures.ts";
import { failureRate } from "./trips/failure-rate.ts";

const now = Date.UTC(2026, 0, 1);

function load(initialState: unknown, options: Partial<CircuitBreakerOptions> = {}, at: number = now) {
  const clock = manualClock(at);
  const state = initialState as CircuitSnapshot;
  return {
    clock,
    breaker: createCircuitBreaker({ name: "payments", clock, random: () => 0.5, initialState: state, ...options }),
  };
}

const saved = (breaker: CircuitBreaker): CircuitSnapshot => JSON.parse(JSON.stringify(breaker));
const fail = (breaker: CircuitBreaker) => breaker.run(() => Promise.reject(new Error("down"))).catch((error) => error);
const succeed = (breaker: CircuitBreaker) => breaker.run(() => "ok");
const hang = (breaker: CircuitBreaker) => void breaker.run(() => new Promise(() => {}));

const open: CircuitSnapshot = {
  version: 1,
  takenAt: now,
  state: "open",
  openings: 2,
  ends: [now + 900],
  rule: "failure-rate/30000/undefined",
  counts: [],
};

test.each(["open", "half-open"] as const)("restores a %s circuit with any number of ends", async (state) => {
  const { breaker } = load({ ...open, state, ends: Array(300_000).fill(now + 900) });
  await expect(succeed(breaker)).rejects.toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 900 });
});

test("an open circuit without an end stays open no longer than an opening may last", () => {
  const { breaker, clock } = load({ ...open, ends: [] });
  clock.jump(2_499);
  expect(breaker.state).toBe("open");
  clock.jump(1);
  expect(breaker.state).toBe("half-open");
});

test("counts from the future do not count", async () => {
  const { breaker } = load({ ...open, state: "closed", counts: [now + 1e9, 100, 100, 0] });
  await fail(breaker);
  expect(breaker.state).toBe("closed");
  for (let calls = 1; calls < 5; calls += 1) await fail(breaker);
  expect(breaker.state).toBe("open");
});

describe("a circuit that is saved and loaded", () => {
  test("stays open for the rest of its time, however often short-lived environments save it again", () => {
    let { breaker } = load(open);
    for (let at = now; at < now + 900; at += 200) {
      expect(breaker.state).toBe("open");
      breaker = load(saved(breaker), {}, at + 200).breaker;
    }
    expect(breaker.state).toBe("half-open");
  });

  test("goes on doubling its open time", async () => {
    const { breaker, clock } = load(open);
    clock.jump(900);
    await failAfter({ breaker, clock }, 500);
    clock.jump(1_999);
    expect(breaker.state).toBe("open");
    clock.jump(1);
    expect(breaker.state).toBe("half-open");
  });

  test("keeps what it counted", async () => {
    const first = load(undefined).breaker;
    for (let calls = 0; calls < 4; calls += 1) await fail(first);
    const { breaker } = load(saved(first));
    await fail(breaker);
    expect(breaker.state).toBe("open");
  });

  test("keeps the leases of probes that are under way elsewhere", async () => {
    const { breaker: first, clock } = load(open);
    clock.jump(900);
    hang(first);
    const second = load(saved(first), {}, now + 900);
    expect(await fail(second.breaker)).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 2_000 });
    second.clock.jump(2_000);
    expect(await succeed(second.breaker)).toBe("ok");
    expect(second.breaker.state).toBe("closed");
  });

  test("stays isolated", async () => {
    const first = load(undefined).breaker;
    await first.isolate();
    const { breaker, clock } = load(saved(first));
    clock.jump(3_600_000);
    expect(await fail(breaker)).toMatchObject({ code: "CIRCUIT_OPEN" });
    await breaker.release();
    expect(await succeed(breaker)).toBe("ok");
  });

  test("stays open no longer if the clock is behind the one that it was saved by", () => {
    const { breaker, clock } = load(open, {}, now - 3_600_000);
    clock.jump(899);
    expect(breaker.state).toBe("open");
    clock.jump(1);
    expect(breaker.state).toBe("half-open");
  });

  test("is saved in the time of the clock, even after the clock has jumped back", () => {
    const { breaker, clock } = load(open);
    clock.jump(-60_000);
    expect(saved(breaker)).toMatchObject({ takenAt: now - 60_000, ends: [now - 60_000 + 900] });
  });

  test("is saved as it was loaded if nothing has happened since", async () => {
    const random = seededRandom(3);
    const { breaker, clock } = load(undefined, { trip: failureRate({ minimumCalls: 100 }) });
    for (let calls = 0; calls < 40; calls += 1) {
      clock.jump(Math.floor(random() * 2_000));
      await (random() < 0.5 ? fail(breaker) : succeed(breaker));
    }
    const snapshot = saved(breaker);
    expect(saved(load(snapshot, { trip: failureRate({ minimumCalls: 100 }) }, clock.now()).breaker)).toEqual(snapshot);
  });
});

describe("a deployment that changed the options", () => {
  test("starts counting anew with another rule, and keeps the state", async () => {
    const first = load(undefined).breaker;
    for (let calls = 0; calls < 4; calls += 1) await fail(first);
    const trip = consecutiveFailures(2);
    const { breaker } = load(saved(first), { trip });
    await fail(breaker);
    expect(breaker.state).toBe("closed");
    expect(load(open, { trip }).breaker.state).toBe("open");
  });

  test("starts counting anew with another window", async () => {
    const first = load(undefined).breaker;
    for (let calls = 0; calls < 4; calls += 1) await fail(first);
    const { breaker } = load(saved(first), { trip: failureRate({ windowMs: 5_000 }) });
    await fail(breaker);
    expect(breaker.state).toBe("closed");
  });

  test("keeps nothing for longer than its own options allow", async () => {
    const options = { openMs: 100, maxOpenMs: 100 };
    const opened = load({ ...open, ends: [now + 60_000] }, options);
    opened.clock.jump(124);
    expect(opened.breaker.state).toBe("open");
    opened.clock.jump(1);
    expect(opened.breaker.state).toBe("half-open");
    const probed = load({ ...open, state: "half-open", ends: [now + 60_000] }, options);
    probed.clock.jump(99);
    expect(await fail(probed.breaker)).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 1 });
    probed.clock.jump(1);
    expect(await succeed(probed.breaker)).toBe("ok");
  });

  test("ignores a state of an unknown version", () => {
    expect(load({ version: 2, anything: "else" }).breaker.state).toBe("closed");
  });
});

test.each([
  [null, TypeError, /initialState must be an object, got null/],
  ["{}", TypeError, /initialState must be an object, got "{}"/],
  [{}, TypeError, /initialState.version .*got undefined/],
  [{ ...open, version: 0 }, RangeError, /initialState.version .*got 0/],
  [{ ...open, state: "ajar" }, RangeError, /initialState.state .*got "ajar"/],
  [{ ...open, takenAt: null }, TypeError, /initialState.takenAt .*got null/],
  [{ ...open, openings: -1 }, RangeError, /initialState.openings .*got -1/],
  [{ ...open, ends: [Number.NaN] }, RangeError, /initialState.ends\[0\] .*got NaN/],
  [{ ...open, ends: ["soon"] }, TypeError, /initialState.ends\[0\] .*got "soon"/],
  [{ ...open, ends: undefined }, TypeError, /initialState.ends .*got undefined/],
  [{ ...open, counts: 7 }, TypeError, /initialState.counts .*got 7/],
  [{ ...open, counts: [Infinity] }, RangeError, /initialState.counts\[0\] .*got Infinity/],
  [{ ...open, rule: undefined }, TypeError, /initialState.rule .*got undefined/],
])("refuses a malformed state: %o", (initialState, type, message) => {
  expect(() => load(initialState)).toThrow(type);
  expect(() => load(initialState)).toThrow(message);
});
