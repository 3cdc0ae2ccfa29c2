import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { enter } from "./enter.ts";
import { openTimeMs } from "./open-time.ts";
import type { Call, CallResult, Circuit, CircuitRules } from "./state.ts";
import type { Step } from "./step.ts";
import { end, expire, isolate, newCircuit, open, reasonToOpen, release } from "./transitions.ts";

const rules: CircuitRules = { openMs: 500, maxOpenMs: 2_000, halfOpenPermits: 2 };

const closed: Circuit = { state: "closed", epoch: 3 };
const opened: Circuit = { state: "open", epoch: 4, openings: 2, until: 1_000 };
const halfOpen: Circuit = { state: "half-open", epoch: 5, openings: 2, leaseEnds: [3_000] };
const isolated: Circuit = { state: "isolated", epoch: 6 };
const circuits = [closed, opened, halfOpen, isolated];

const callOf = (circuit: Circuit, leaseEndsAt = Infinity): Call => ({
  epoch: circuit.epoch,
  startedAt: 1_000,
  leaseEndsAt,
  fleetEpoch: 0,
});

/** What the runner does when a call ends. */
function ended(circuit: Circuit, call: Call, result: CallResult, trips = false): Step {
  const reason = reasonToOpen(circuit, call, result, trips);
  return reason === undefined ? end(circuit, call, result) : open(circuit, reason, 1_500, 700);
}

describe("a call enters", () => {
  test("a closed circuit, which stays as it is", () => {
    const { call, ...step } = enter(closed, 1_000, rules);
    expect(call).toEqual({ epoch: 3, startedAt: 1_000, leaseEndsAt: Infinity, fleetEpoch: 0 });
    expect(step).toEqual({ circuit: closed, facts: [] });
  });

  test.each([
    ["an open circuit, until its time is over", opened, 250],
    ["an isolated circuit, for an unknown time", isolated, 2_000],
    [
      "a half-open circuit without a free permit, until the first lease ends",
      { ...halfOpen, leaseEnds: [2_000, 1_750, 2_500] },
      1_000,
    ],
  ])("and is rejected by %s", (_, circuit, retryAfterMs) => {
    const rejected = { circuit, facts: [{ type: "circuit.rejected", retryAfterMs }], retryAfterMs };
    expect(enter(circuit, 750, rules)).toEqual(rejected);
  });

  test("a half-open circuit with a free permit, which gives it a lease", () => {
    const { call, circuit, facts } = enter(halfOpen, 1_000, rules);
    expect(call).toEqual({ epoch: 5, startedAt: 1_000, leaseEndsAt: 3_000, fleetEpoch: 0 });
    expect(circuit).toEqual({ ...halfOpen, leaseEnds: [3_000, 3_000] });
    expect(facts).toEqual([]);
  });

  test("a half-open circuit whose probes were lost, because their leases have ended", () => {
    const full: Circuit = { ...halfOpen, leaseEnds: [3_000, 3_001] };
    expect(enter(full, 2_999, rules).retryAfterMs).toBe(1);
    expect(enter(full, 3_000, rules).circuit).toMatchObject({ leaseEnds: [3_001, 5_000] });
  });
});

describe("time passes:", () => {
  test("an open circuit half-opens exactly when its open time is over", () => {
    expect(expire(opened, 999)).toEqual({ circuit: opened, facts: [] });
    const circuit = { state: "half-open", epoch: 5, openings: 2, leaseEnds: [] };
    expect(expire(opened, 1_000)).toEqual({ circuit, facts: [{ type: "circuit.half_opened" }] });
  });

  test.each([closed, halfOpen, isolated])("$state stays", (circuit) => {
    expect(expire(circuit, 1e12)).toEqual({ circuit, facts: [] });
  });
});

describe("a call ends", () => {
  test.each([
    ["success", false],
    ["failure", false],
    ["slow", false],
    ["neutral", false],
  ] as const)("in a closed circuit: %s, and the circuit stays unless the rule trips", (result, trips) => {
    expect(ended(closed, callOf(closed), result, trips)).toEqual({ circuit: closed, facts: [] });
    expect(ended(closed, callOf(closed), result, true)).toEqual({
      circuit: { state: "open", epoch: 4, openings: 1, until: 2_200 },
      facts: [{ type: "circuit.opened", openMs: 700, reason: "tripped" }],
    });
  });

  test.each(["failure", "slow"] as const)("as a probe: %s opens the circuit once more", (result) => {
    expect(ended(halfOpen, callOf(halfOpen, 3_000), result)).toEqual({
      circuit: { state: "open", epoch: 6, openings: 3, until: 2_200 },
      facts: [{ type: "circuit.opened", openMs: 700, reason: "probe-failed" }],
    });
  });

  test("as a probe: success closes the circuit", () => {
    const circuit = { state: "closed", epoch: 6 };
    expect(ended(halfOpen, callOf(halfOpen, 3_000), "success")).toEqual({
      circuit,
      facts: [{ type: "circuit.closed" }],
    });
  });

  test("as a probe: neutral returns one permit, its own or an equal one", () => {
    const two: Circuit = { ...halfOpen, leaseEnds: [2_000, 3_000, 3_000] };
    const circuit = { ...two, leaseEnds: [2_000, 3_000] };
    expect(ended(two, callOf(two, 3_000), "neutral")).toEqual({ circuit, facts: [] });
  });

  test("as a probe: neutral returns nothing if its lease was given away", () => {
    expect(ended(halfOpen, callOf(halfOpen, 2_500), "neutral")).toEqual({ circuit: halfOpen, facts: [] });
  });

  test("without effect if the circuit has moved since it entered", () => {
    for (const circuit of circuits) {
      const stale = { ...callOf(circuit, 3_000), epoch: circuit.epoch - 1 };
      for (const result of ["success", "failure", "slow", "neutral"] as const) {
        expect(ended(circuit, stale, result, true)).toEqual({ circuit, facts: [] });
      }
    }
  });
});

describe("by hand", () => {
  test("isolate() holds any circuit open, once", () => {
    for (const circuit of [closed, opened, halfOpen]) {
      const held = { state: "isolated", epoch: circuit.epoch + 1 };
      expect(isolate(circuit)).toEqual({ circuit: held, facts: [{ type: "circuit.isolated" }] });
    }
    expect(isolate(isolated)).toEqual({ circuit: isolated, facts: [] });
  });

  test("release() closes an isolated circuit, and no other", () => {
    const facts = [{ type: "circuit.closed" }];
    expect(release(isolated)).toEqual({ circuit: { state: "closed", epoch: 7 }, facts });
    for (const circuit of [closed, opened, halfOpen]) expect(release(circuit)).toEqual({ circuit, facts: [] });
  });
});

const times = fc.nat(10_000);
const anyCircuit = fc.oneof(
  fc.record({ state: fc.constant("closed" as const), epoch: fc.nat(9) }),
  fc.record({ state: fc.constant("open" as const), epoch: fc.nat(9), openings: fc.nat(9), until: times }),
  fc.record({
    state: fc.constant("half-open" as const),
    epoch: fc.nat(9),
    openings: fc.nat(9),
    leaseEnds: fc.array(times, { maxLength: 3 }),
  }),
  fc.record({ state: fc.constant("isolated" as const), epoch: fc.nat(9) }),
);

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null)
    for (const part of Object.values(Object.freeze(value))) deepFreeze(part);
  return value;
}

test("no transition changes the circuit that it is given, and each move raises the epoch by one", () => {
  fc.assert(
    fc.property(anyCircuit, times, fc.boolean(), (circuit, now, trips) => {
      deepFreeze(circuit);
      const call = callOf(circuit, now);
      const results = ["success", "failure", "slow", "neutral"] as const;
      const steps = [
        expire(circuit, now),
        enter(circuit, now, rules),
        isolate(circuit),
        release(circuit),
        ...results.map((result) => ended(circuit, call, result, trips)),
      ];
      for (const step of steps) {
        const hasMoved = step.circuit.state !== circuit.state;
        expect(step.circuit.epoch).toBe(circuit.epoch + (hasMoved ? 1 : 0));
        expect(step.facts.filter(({ type }) => type !== "circuit.rejected")).toHaveLength(hasMoved ? 1 : 0);
      }
    }),
  );
});

describe("an open time", () => {
  test("is doubled after each probe that took long, up to the maximum, then scattered by a quarter", () => {
    const openTimes = [1, 2, 3, 4].map((openings) => openTimeMs(openings, rules, 1_000, 0.5));
    expect(openTimes).toEqual([500, 1_000, 2_000, 2_000]);
    expect(openTimeMs(4, rules, 1_000, 0)).toBe(1_500);
    expect(openTimeMs(1, rules, 0, 1)).toBe(625);
  });

  test("is no longer than four times a probe that failed sooner, and no shorter than the first", () => {
    expect([0, 50, 125, 126, 300, 499, 500].map((probeMs) => openTimeMs(9, rules, probeMs, 0.5))).toEqual([
      500, 500, 500, 504, 1_200, 1_996, 2_000,
    ]);
  });

  test("never ends before three quarters of the first, or after five quarters of the maximum", () => {
    const probe = fc.double({ min: 0, max: 1e6, noNaN: true });
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), probe, chance, (openings, probeMs, random) => {
        const ms = openTimeMs(openings, rules, probeMs, random);
        expect(ms).toBeGreaterThanOrEqual(375);
        expect(ms).toBeLessThanOrEqual(2_500);
      }),
    );
  });
});

describe("a fleet", () => {
  const probeAtHome = { isOpen: true, epoch: 7, until: 1_000, isProbeGranted: true } as const;
  const openElsewhere = { isOpen: true, epoch: 7, until: 5_000, isProbeGranted: false } as const;

  test("that is open rejects calls that the local circuit would admit, and takes no permit of it", () => {
    for (const circuit of [newCircuit, halfOpen]) {
      const rejected = { circuit, facts: [{ type: "circuit.rejected", retryAfterMs: 4_000 }], retryAfterMs: 4_000 };
      expect(enter(circuit, 1_000, rules, openElsewhere)).toEqual(rejected);
    }
  });

  test("that refused a probe rejects until its time, and after it until it is asked again", () => {
    expect(enter(closed, 4_999, rules, openElsewhere).retryAfterMs).toBe(1);
    expect(enter(closed, 6_000, rules, openElsewhere).retryAfterMs).toBe(0);
  });

  test("that is open and a local circuit that is open reject for the longer of the two times", () => {
    expect(enter(opened, 750, rules, { ...openElsewhere, until: 900 }).retryAfterMs).toBe(250);
    expect(enter(opened, 750, rules, openElsewhere).retryAfterMs).toBe(4_250);
  });

  test("that granted a probe admits a call, which carries the fleet's epoch", () => {
    expect(enter(closed, 1_000, rules, probeAtHome).call).toMatchObject({ epoch: 3, fleetEpoch: 7 });
    expect(enter(halfOpen, 1_000, rules, probeAtHome).circuit).toMatchObject({ leaseEnds: [3_000, 3_000] });
  });

  test("that granted a probe cannot admit a call that the local circuit rejects", () => {
    expect(enter(opened, 750, rules, probeAtHome)).toEqual(enter(opened, 750, rules));
    expect(enter(isolated, 750, rules, probeAtHome).call).toBeUndefined();
  });

  const anyFleet = fc.oneof(
    fc.record({ isOpen: fc.constant(false as const), epoch: fc.nat(9) }),
    fc.record({ isOpen: fc.constant(true as const), epoch: fc.nat(9), until: times, isProbeGranted: fc.boolean() }),
  );

  test("can only add an open, and never lets a rejection end earlier", () => {
    fc.assert(
      fc.property(anyCircuit, times, anyFleet, (circuit, now, fleet) => {
        const local = enter(circuit, now, rules);
        const both = enter(circuit, now, rules, fleet);
        if (both.call === undefined) expect(both.retryAfterMs).toBeGreaterThanOrEqual(local.retryAfterMs ?? 0);
        else expect(both).toEqual({ ...local, call: { ...local.call, fleetEpoch: fleet.epoch } });
        if (!fleet.isOpen) expect(both.call === undefined).toBe(local.call === undefined);
      }),
    );
  });
});
