import { seededRandom } from "@midguard/kernel/testing";
import { quota } from "@midguard/rate-limit";
import { describe, expect, it } from "vitest";
import { arrivalsOf } from "./arrivals.ts";
import { compare } from "./compare.ts";
import { alone, exact, sharing } from "./modes.ts";
import { groupsOf } from "./population.ts";
import { combine, runKey } from "./simulate.ts";
import { workloads } from "./workloads.ts";

const population = { users: 50_000_000, perSecond: 1_000_000, flat: 2_000 };

describe("a population in groups", () => {
  const groups = groupsOf(population, 24);

  it("keeps all users and all requests", () => {
    expect(groups.reduce((sum, { keys }) => sum + keys, 0)).toBe(population.users);
    expect(groups.reduce((sum, { keys, perSecond }) => sum + keys * perSecond, 0)).toBeCloseTo(population.perSecond, 3);
  });

  it("has the busiest users first, as the law says", () => {
    const rates = groups.map(({ perSecond }) => perSecond);
    expect(rates).toEqual([...rates].sort((a, b) => b - a));
    let total = 0;
    for (let rank = 1; rank <= population.users; rank += 1) total += 1 / (rank + population.flat);
    const [first] = groups;
    let some = 0;
    for (let rank = 1; rank <= (first?.keys ?? 0); rank += 1) some += 1 / (rank + population.flat);
    const expected = (population.perSecond * some) / total / (first?.keys ?? 0);
    expect((first?.perSecond ?? 0) / expected).toBeCloseTo(1, 3);
  });

  it("has a user in each group, also if there are few", () => {
    const few = groupsOf({ users: 5, perSecond: 10, flat: 1 }, 4);
    expect(few.every(({ keys }) => keys >= 1)).toBe(true);
    expect(few.reduce((sum, { keys }) => sum + keys, 0)).toBe(5);
  });
});

describe("arrivals", () => {
  const traffic = { perSecond: 50, environments: 4, seconds: 200, random: seededRandom(3) };
  const arrivals = [...arrivalsOf(traffic)];

  it("come as often as they should, in the order of their time", () => {
    // Four standard deviations of a Poisson count.
    expect(Math.abs(arrivals.length - 10_000)).toBeLessThan(4 * Math.sqrt(10_000));
    expect(arrivals.every(({ atMs }, index) => index === 0 || atMs >= (arrivals[index - 1]?.atMs ?? 0))).toBe(true);
    expect(arrivals.at(-1)?.atMs).toBeLessThan(200_000);
  });

  it("are spread over all environments", () => {
    const counts = [0, 1, 2, 3].map((one) => arrivals.filter(({ environment }) => environment === one).length);
    for (const count of counts) expect(Math.abs(count - arrivals.length / 4)).toBeLessThan(200);
  });

  it("have gaps of a Poisson process: their deviation is their mean", () => {
    const gaps = arrivals.slice(1).map(({ atMs }, index) => atMs - (arrivals[index]?.atMs ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
  });
});

describe("a simulated key", () => {
  const keyRun = { perSecond: 20, environments: 5, limits: [quota(300, "day")], seconds: 60, seed: 5 };

  it("admits the limit with one store, and as often as there are environments without", async () => {
    const one = await runKey(keyRun, exact());
    expect(one).toMatchObject({ admitted: 300, calls: 0, held: 0 });
    expect(one.decisions).toBeGreaterThan(1_000);
    const each = await runKey({ ...keyRun, limits: [quota(100, "day")] }, alone());
    expect(each).toMatchObject({ admitted: 500, decisions: one.decisions });
  });

  it("calls a shared store for what is admitted, and twice for a block in each environment", async () => {
    const { admitted, calls, held } = await runKey(keyRun, sharing({}, seededRandom(1)));
    expect(admitted).toBe(300);
    // The quota is reached after 15 s; blocks are looked at again after 30 s.
    expect(calls).toBeGreaterThanOrEqual(300 + 5);
    expect(calls).toBeLessThanOrEqual(300 + 5 * 2);
    expect(held).toBe(0);
  });

  it("calls less with leases, and never holds more than they say", async () => {
    const { admitted, calls, held } = await runKey(keyRun, sharing({ lease: { size: 10 } }, seededRandom(1)));
    expect(admitted).toBeLessThanOrEqual(300);
    expect(admitted).toBeGreaterThanOrEqual(300 - 5 * 9);
    expect(calls).toBeLessThan(110);
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(5 * 9);
  });
});

describe("tallies", () => {
  it("are summed for the keys that they stand for", () => {
    const tally = { decisions: 10, admitted: 5, calls: 2, held: 3 };
    const parts = [
      { tally, keys: 1 },
      { tally: { ...tally, held: 1 }, keys: 3 },
    ];
    expect(combine(parts)).toEqual({ decisions: 40, admitted: 20, calls: 8, held: 3 });
  });
});

describe("a comparison", () => {
  const [, address] = workloads;

  it("gives all ways the same requests", { timeout: 60_000 }, async () => {
    const rows = await compare({ ...(address as (typeof workloads)[0]), seconds: 120 });
    expect(rows.map(({ mode }) => mode)).toEqual([
      "shared store",
      "lease: { maxUnderuse: 0.1, environments: 50 }",
      "sample: 1 / 10",
      "memory store",
    ]);
    const [shared, lease, sample, memory] = rows;
    expect([shared?.admitted, lease?.admitted]).toEqual([1, 1]);
    expect(shared?.held).toBeUndefined();
    expect(lease?.held).toBeLessThanOrEqual(0.1);
    expect(sample?.callsPerDecision).toBeLessThan((shared?.callsPerDecision ?? 0) / 2);
    expect(memory).toMatchObject({ callsPerDecision: 0, callsPerSecondOfOneKey: 0 });
    expect(memory?.admitted).toBeGreaterThan(1);
  });
});
