import { seededRandom } from "@midguard/kernel/testing";
import { describe, expect, test, vi } from "vitest";
import { fail, failAfter, openUp, recordEvents, setUp, succeed } from "../test-support/set-up.ts";
import { createCircuitBreaker } from "./breaker.ts";
import { CircuitOpenError } from "./errors.ts";
import { consecutiveFailures } from "./trips/consecutive-failures.ts";

const events = recordEvents();

describe("an open circuit", () => {
  test("rejects without calling, with a new error that says when to call again", async () => {
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

  test("stays open for its time, then admits one probe, which closes it with an empty window", async () => {
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

  test("stays open longer after each probe that takes long to fail, up to the maximum, and starts over once it has closed", async () => {
    const { breaker, clock } = setUp({ openMs: 300, maxOpenMs: 1_000 });
    await openUp(breaker);
    for (const openMs of [300, 600, 1_000, 1_000]) {
      expect(events.at(-1)).toMatchObject({ type: "circuit.opened", openMs });
      clock.jump(openMs);
      await failAfter({ breaker, clock }, 250);
    }
    expect(events.at(-1)).toMatchObject({ reason: "probe-failed" });
    clock.jump(1_000);
    await succeed(breaker);
    await openUp(breaker);
    expect(events.at(-1)).toMatchObject({ openMs: 300, reason: "tripped" });
  });

  test("stays open no longer after a probe that fails at once, and four times as long as one that fails soon", async () => {
    const { breaker, clock } = setUp({ openMs: 300, maxOpenMs: 1_000 });
    await openUp(breaker);
    const steps = [
      { openMs: 300, probeMs: 0 },
      { openMs: 300, probeMs: 10 },
      { openMs: 300, probeMs: 100 },
      { openMs: 400, probeMs: 200 },
      { openMs: 800, probeMs: 0 },
      { openMs: 300, probeMs: 0 },
    ];
    for (const { openMs, probeMs } of steps) {
      expect(events.at(-1)).toMatchObject({ type: "circuit.opened", openMs });
      clock.jump(openMs);
      await failAfter({ breaker, clock }, probeMs);
    }
  });

  test("takes `openMs` as the maximum if it is longer than the default", async () => {
    const { breaker, clock } = setUp({ openMs: 5_000 });
    await openUp(breaker);
    clock.jump(5_000);
    await fail(breaker);
    expect(events.at(-1)).toMatchObject({ openMs: 5_000 });
  });

  test("recovers if calls are only made while it is not open", async () => {
    const { breaker, clock } = setUp();
    await openUp(breaker);
    clock.jump(500);
    if (breaker.state !== "open") await succeed(breaker);
    expect(breaker.state).toBe("closed");
  });

  test("admits a probe after a freeze of any length", async () => {
    const { breaker, clock } = setUp();
    await openUp(breaker);
    clock.jump(6 * 3_600_000);
    expect(await succeed(breaker)).toBe("ok");
  });

  test("stays open no longer if the clock jumps back", async () => {
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

test("the system clock and Math.random are the defaults", async () => {
  const breaker = createCircuitBreaker({ name: "payments", trip: consecutiveFailures(1), openMs: 20 });
  await fail(breaker);
  const { takenAt, ends } = breaker.toJSON();
  expect(Math.abs(takenAt - Date.now())).toBeLessThan(1_000);
  expect(ends[0]).toBeGreaterThan(takenAt);
  expect(ends[0]).toBeLessThanOrEqual(takenAt + 25);
});
