import { describe, expect, test } from "vitest";
import { addToSlots, slotAt } from "./counts.ts";
import { createGrant } from "./grant.ts";
import { learn } from "./knowledge.ts";
import { moveByCounts, moveByProbe, moveToIsolated, moveToProbe, moveToReleased, shareAt } from "./moves.ts";
import { fleetRules } from "./rules.ts";
import { type CircuitRecord, type FleetSlot, unknownRecord } from "./state.ts";

const rules = fleetRules({ openMs: 500, maxOpenMs: 2_000 });
const now = Date.UTC(2026, 0, 1);

const record = (changes: Partial<CircuitRecord>): CircuitRecord => ({
  ...unknownRecord,
  epoch: 5,
  since: now,
  until: now,
  ...changes,
});
const slot = (index: number, changes: Partial<FleetSlot> = {}): FleetSlot => ({
  index,
  calls: 20,
  failures: 14,
  reporters: "ab",
  ...changes,
});
const moved = (before: CircuitRecord, at = now) => moveByCounts(before, at, rules, 0.5);

describe("a closed circuit", () => {
  const current = slotAt(unknownRecord, now, rules);

  test.each([
    ["20 calls in its window, 70 % of them failed, in two environments", [slot(current)], "suspect"],
    [
      "the same, spread over the window",
      [slot(current - 4, { calls: 10 }), slot(current, { calls: 10, failures: 0 })],
      "suspect",
    ],
    ["the same, by a clock that is ahead", [slot(current + 1)], "suspect"],
    [
      "the same in the current slot alone, after many good calls",
      [slot(current - 1, { calls: 100, failures: 0 }), slot(current)],
      "suspect",
    ],
    ["fewer calls", [slot(current, { calls: 19 })], undefined],
    ["fewer failures", [slot(current, { failures: 13 })], undefined],
    ["failures in one environment", [slot(current, { reporters: "a" })], undefined],
    ["failures before its window", [slot(current - 5)], undefined],
    ["no calls", [], undefined],
  ])("with %s", (_, slots, phase) => {
    expect(moved(record({ slots, openings: 0 }))?.phase).toBe(phase);
  });

  test("that never moved gets a time as its first epoch, so that no older one returns", () => {
    expect(moved({ ...unknownRecord, slots: [slot(current)] })?.epoch).toBe(now);
    expect(moved(record({ slots: [slot(current)] }))?.epoch).toBe(6);
    expect(moveToIsolated(unknownRecord, 0)?.epoch).toBe(1);
  });
});

describe("a suspect circuit", () => {
  const suspect = (changes: Partial<CircuitRecord> = {}) => record({ phase: "suspect", slots: [slot(0)], ...changes });

  test.each([
    [1_999, [slot(0)], undefined],
    [2_000, [slot(0)], "open"],
    [2_000, [slot(0, { failures: 13 })], undefined],
    [9_999, [slot(0, { failures: 13 })], undefined],
    [10_000, [slot(0, { failures: 13 })], "closed"],
    [10_000, [], "closed"],
    [10_000, [slot(0)], "open"],
    [29_999, [slot(0, { calls: 19, failures: 19 })], undefined],
    [30_000, [slot(0, { calls: 19, failures: 19 })], "closed"],
  ])("after %i ms with %j", (ms, slots, phase) => {
    expect(moved(suspect({ slots }), now + ms)?.phase).toBe(phase);
  });

  test("of a clock that is far ahead closes", () => {
    expect(moved(suspect({ since: now + 60_000, slots: [] }))?.phase).toBe("closed");
    expect(moved(suspect({ since: now + 5_000 }))).toBeUndefined();
  });

  test("opens for longer each time, with jitter", () => {
    const openFor = (openings: number) => (moved(suspect({ openings }), now + 2_000)?.until ?? 0) - now - 2_000;
    expect([0, 1, 2, 3].map(openFor)).toEqual([500, 1_000, 2_000, 2_000]);
  });
});

describe("a recovering circuit", () => {
  const ramping = (slots: readonly FleetSlot[]) => record({ phase: "ramping", from: 5, openings: 2, slots });

  test("needs no move while its steps succeed, and closes at their end", () => {
    for (let step = 0; step < 5; step += 1) {
      expect(moved(ramping([slot(step - 1, { failures: 0 })]), now + step * 1_000)).toBeUndefined();
    }
    expect([0, 1, 4, 5, 50].map((step) => shareAt(step, rules))).toEqual([0.05, 0.1, 0.8, 1, 1]);
    expect(moved(ramping([]), now + 5_000)).toMatchObject({ phase: "closed", openings: 0, from: 5 });
    expect(moved(ramping([slot(40)]), now + 41_000)?.phase).toBe("closed");
  });

  test("repeats a step that failed with few calls", () => {
    const held = moved(ramping([slot(2, { calls: 3, failures: 3 })]), now + 3_400);
    expect(held).toMatchObject({ phase: "ramping", epoch: 6, from: 5, since: now + 1_400, openings: 2 });
    expect(moved(ramping([slot(1, { calls: 3, failures: 3 })]), now + 3_400)).toBeUndefined();
  });

  test("opens again if a step failed with many calls", () => {
    expect(moved(ramping([slot(2)]), now + 3_400)).toMatchObject({ phase: "open", openings: 3 });
  });
});

test.each(["open", "half-open", "isolated"] as const)("no counts move a circuit that is %s", (phase) => {
  expect(moved(record({ phase, slots: [slot(0)] }), now + 60_000)).toBeUndefined();
});

describe("a probe", () => {
  const open = record({ phase: "open", openings: 1, until: now + 500 });

  test("is granted as the open time or a lease ends, for twice as long after each lapse", () => {
    expect(moveToProbe(open, now + 499, rules)).toBeUndefined();
    expect(moveToProbe(record({}), now, rules)).toBeUndefined();
    expect(moveToProbe(open, now + 500, rules)).toMatchObject({ phase: "half-open", lapses: 0, until: now + 2_500 });
    const leaseMs = (lapses: number) => {
      const next = moveToProbe(record({ phase: "half-open", lapses }), now, rules);
      return (next?.until ?? 0) - now;
    };
    expect([0, 1, 2, 3, 9].map(leaseMs)).toEqual([4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  test("is granted at once if a wrong clock wrote the state", () => {
    expect(moveToProbe({ ...open, since: now + 60_000, until: now + 61_000 }, now, rules)?.phase).toBe("half-open");
  });

  test("moves the circuit by its result", () => {
    const halfOpen = record({ phase: "half-open", openings: 1, lapses: 3 });
    const by = (result: "success" | "failure" | "neutral") =>
      moveByProbe(halfOpen, result, now, { rules, chance: 0.5 });
    expect(by("success")).toMatchObject({ phase: "ramping", epoch: 6, from: 6, openings: 1, lapses: 0 });
    expect(by("failure")).toMatchObject({ phase: "open", openings: 2, until: now + 1_000, lapses: 3 });
    expect(by("neutral")).toMatchObject({ phase: "open", openings: 1, until: now });
  });

  test("has one result, and its grant one use", () => {
    const grant = createGrant(7);
    expect([grant.isFree, grant.result]).toEqual([true, "neutral"]);
    grant.use();
    expect([grant.isFree, grant.result]).toEqual([false, undefined]);
    grant.end("slow");
    grant.end("success");
    expect(grant.result).toBe("failure");
    const good = createGrant(8);
    good.use();
    good.end("success");
    expect(good.result).toBe("success");
  });
});

test("isolate moves any circuit but an isolated one, and release that one alone", () => {
  const isolated = record({ phase: "isolated" });
  expect(moveToIsolated(record({ openings: 3 }), now)).toMatchObject({ phase: "isolated", openings: 0 });
  expect(moveToIsolated(isolated, now)).toBeUndefined();
  expect(moveToReleased(isolated, now)).toMatchObject({ phase: "closed", epoch: 6, from: 6 });
  expect(moveToReleased(record({}), now)).toBeUndefined();
});

test("slots take turns, so that a record never grows", () => {
  let slots: readonly FleetSlot[] = [];
  for (let index = 0; index < 100; index += 1) slots = addToSlots(slots, slot(index));
  expect(slots.map(({ index }) => index)).toEqual([92, 93, 94, 95, 96, 97, 98, 99]);
  expect(addToSlots(slots, slot(91))).toBe(slots);
});

describe("an environment", () => {
  const at = (storeNow: number, ms: number) => ({ now: storeNow, storeNow: now + ms, rules });

  test("believes no phase that lasts longer than its rules allow", () => {
    const long = record({ phase: "open", until: now + 3_600_000 });
    expect(learn(undefined, long, at(0, 0)).leftMs).toBe(2_500);
    expect(learn(undefined, { ...long, phase: "half-open" }, at(0, 0)).leftMs).toBe(30_000);
  });

  test("goes on in its own time, whatever the store's clock does", () => {
    const open = record({ phase: "open", until: now + 2_000 });
    const known = learn(undefined, open, at(0, 0));
    expect(known).toMatchObject({ ageMs: 0, leftMs: 2_000 });
    expect(learn(known, open, at(500, -3_600_000))).toMatchObject({ ageMs: 500, leftMs: 1_500 });
    expect(learn(known, open, at(500, 1_000))).toMatchObject({ ageMs: 1_000, leftMs: 1_000 });
    expect(learn(known, open, at(9_000, 0))).toMatchObject({ ageMs: 9_000, leftMs: 0 });
  });
});
