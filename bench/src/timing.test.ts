import { describe, expect, it } from "vitest";
import { type Contestant, time, turnsOf } from "./timing.ts";

function contestant(name: string, answers: (call: number) => unknown): Contestant & { calls: number } {
  return {
    name,
    calls: 0,
    call() {
      this.calls += 1;
      return answers(this.calls);
    },
    check: (answer) => answer === 7,
  };
}

/** Bound, because a call is made without its contestant. */
function bound(one: Contestant): Contestant {
  return { name: one.name, check: one.check, call: one.call.bind(one) };
}

describe("a timed job", () => {
  it("comes to one figure a process for each contestant, in relation to the first", async () => {
    const base = contestant("base", async () => 7);
    const other = contestant("other", () => 7);
    const all = await time({ name: "job", contestants: [bound(base), bound(other)] }, "quick");
    expect(all).toEqual([
      { job: "job", contestant: "base", unit: "ns", samples: [expect.any(Number)] },
      { job: "job", contestant: "other", unit: "ns", samples: [expect.any(Number)], base: "base" },
    ]);
    expect(all.every(({ samples: [ns] }) => (ns ?? 0) > 0)).toBe(true);
  });

  it("is not timed if an answer is wrong", async () => {
    const right = contestant("right", async () => 7);
    const wrong = contestant("wrong", async () => ({ not: 7 }));
    const job = { name: "job", contestants: [bound(right), bound(wrong)] };
    await expect(time(job, "quick")).rejects.toThrow('job: wrong answered {"not":7}');
    expect(right.calls).toBe(1);
  });

  it("does not count if an answer has become wrong meanwhile", async () => {
    const tiring = contestant("tiring", async (call) => (call === 1 ? 7 : 8));
    await expect(time({ name: "job", contestants: [bound(tiring)] }, "quick")).rejects.toThrow("tiring answered 8");
  });

  it("is measured inside its surroundings", async () => {
    let isInside = false;
    const seeing = contestant("seeing", async () => 7);
    const contestants = [
      {
        ...bound(seeing),
        call: async () => {
          seen.push(isInside);
          return 7;
        },
      },
    ];
    const seen: boolean[] = [];
    async function within(measuring: () => Promise<void>): Promise<void> {
      isInside = true;
      await measuring();
      isInside = false;
    }
    await time({ name: "job", contestants, within }, "quick");
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).not.toContain(false);
  });
});

describe("the turns of a lap", () => {
  it.each([1, 2, 3, 6])("of %d contestants are one for each, beginning with everyone in turn", (count) => {
    const laps = Array.from({ length: 2 * count }, (_, lap) => turnsOf(lap, count));
    for (const turns of laps) expect(turns.toSorted()).toEqual(Array.from({ length: count }, (_, index) => index));
    expect(new Set(laps.map(([first]) => first)).size).toBe(count);
  });
});
