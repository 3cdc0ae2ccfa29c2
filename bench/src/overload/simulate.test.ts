import { describe, expect, test, vi } from "vitest";
import { contestants } from "./contestants/index.ts";
import type { Figures } from "./figures.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";
import { simulate } from "./simulate.ts";

// Thousands of environments in one process warn of the same things.
vi.spyOn(process, "emitWarning").mockImplementation(() => {});

function run(contestantName: string, scenario: string | Scenario, seed = 1): Promise<Figures> {
  const of = typeof scenario === "string" ? scenarios.find(({ name }) => name === scenario) : scenario;
  const by = contestants.find(({ name }) => name === contestantName);
  if (of === undefined || by === undefined) throw new Error(`no ${scenario} or no ${contestantName}`);
  return simulate(by, of, seed);
}

const breaker = "midguard: budget and breaker";
const budget = "midguard: retry budget";
const fleet = "midguard: the same with a store";
const calm: Scenario = { name: "calm", requestsPerS: 50, timeoutMs: 1_000, trouble: { seconds: 1 } };

test("scenarios and contestants have names of their own", () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
  expect(new Set(contestants.map(({ name }) => name)).size).toBe(contestants.length);
});

test.each(contestants.map(({ name }) => name))(
  "without trouble %s answers every request, by one call each",
  async (name) => {
    const { goodputIn, goodputAfter, amplification, opens, fleetOpens } = await run(name, calm);
    expect([goodputIn, goodputAfter, amplification, opens, fleetOpens]).toEqual([1, 1, 1, 0, 0]);
  },
);

test.each(contestants.map(({ name }) => name))(
  "%s reaches a server that is dead, and is back after it unless its circuit stays open for a minute",
  async (name) => {
    const dead = { ...calm, fleet: { environments: 3 }, trouble: { seconds: 10, errors: 1 } };
    const { goodputIn, goodputAfter, amplification } = await run(name, dead);
    expect(goodputIn).toBeLessThan(0.2);
    expect(goodputAfter > 0.1).toBe(name !== "5 in a row, 60 s");
    expect(amplification).toBeGreaterThan(0.01);
  },
);

test("the same seed gives the same figures, and another one gives others", async () => {
  const errors = { ...calm, trouble: { seconds: 5, errors: 0.5 } };
  const [once, again, other] = [
    await run(breaker, errors, 7),
    await run(breaker, errors, 7),
    await run(breaker, errors, 8),
  ];
  expect(again).toEqual(once);
  expect(other).not.toEqual(once);
});

test("the server does 500 calls a second, and what it is sent beyond that times out", async () => {
  const full = { ...calm, requestsPerS: 1_000, trouble: { seconds: 20 } };
  const { goodputIn, goodputAfter } = await run("no retry", full);
  expect(goodputIn).toBe(0);
  expect(goodputAfter).toBe(0);
  expect((await run("no retry", { ...full, requestsPerS: 450 })).goodputIn).toBe(1);
});

describe("the defaults of retry and circuit breaker", { timeout: 120_000 }, () => {
  test("let a server recover at once from 30 s at a third of its capacity", async () => {
    const { recoveryS, goodputAfter } = await run(breaker, "overload: a third of the capacity for 30 s");
    expect(recoveryS).toBeLessThanOrEqual(2);
    expect(goodputAfter).toBeGreaterThanOrEqual(0.97);
  });

  test("answer at random errors nearly as much as without a breaker", async () => {
    expect((await run(breaker, "30 % random errors")).goodputIn).toBeGreaterThanOrEqual(0.77);
    for (const name of ["60 % random errors", "errors for 3 s, every 6 s"]) {
      const [ours, without] = [await run(breaker, name), await run(budget, name)];
      expect(ours.goodputIn).toBeGreaterThanOrEqual(without.goodputIn - 0.07);
      expect(ours.recoveryS).toBeLessThanOrEqual(without.recoveryS + 2);
    }
  });

  test("recover from a hang of 30 s soon after the server has worked off what it was sent", async () => {
    const { recoveryS, amplification } = await run(breaker, "hang of 30 s, timeouts of 1 s");
    expect(recoveryS).toBeLessThanOrEqual(13);
    expect(amplification).toBeLessThanOrEqual(0.45);
  });

  test("and as soon if four environments, each after thousands of good calls, serve all requests", async () => {
    const { recoveryS, goodputAfter, amplification } = await run(breaker, "4 shared environments: hang of 30 s");
    expect(recoveryS).toBeLessThanOrEqual(6);
    expect(goodputAfter).toBeGreaterThanOrEqual(0.85);
    expect(amplification).toBeLessThanOrEqual(0.2);
  });

  test("send a dead server a fraction of the traffic, and are back two seconds after it", async () => {
    const { recoveryS, amplification } = await run(breaker, "outage of 30 s");
    expect(recoveryS).toBeLessThanOrEqual(2);
    expect(amplification).toBeLessThanOrEqual(0.3);
  });

  test("do not repeat timeouts in a cold fleet, so that it is back at once after a short hang", async () => {
    const { amplification, recoveryS } = await run(breaker, "cold fleet: hang of 3 s");
    expect(amplification).toBeLessThanOrEqual(1.05);
    expect(recoveryS).toBeLessThanOrEqual(3);
  });

  test("keep a cold fleet from flooding a dead server", async () => {
    expect((await run(breaker, "cold fleet: outage of 14 s")).amplification).toBeLessThanOrEqual(1.5);
    expect((await run(fleet, "cold fleet: outage of 14 s")).amplification).toBeLessThanOrEqual(0.9);
  });

  test("with a store, which asks it less often and works without it too", async () => {
    const shared = await run(fleet, "outage of 30 s");
    expect(shared.amplification).toBeLessThanOrEqual(0.3);
    expect(shared.fleetOpens).toBeGreaterThan(0);
    const { recoveryS, storeReads } = await run(fleet, "overload, the store lost");
    expect(storeReads).toBeGreaterThan(0);
    expect(recoveryS).toBeLessThanOrEqual(8);
  });
});

test("five failures in a row and 60 s reject for long after the trouble", { timeout: 60_000 }, async () => {
  const { recoveryS } = await run("5 in a row, 60 s", "overload: a third of the capacity for 30 s");
  expect(recoveryS).toBeGreaterThanOrEqual(30);
});
