import { describe, expect, it } from "vitest";
import type { Comparison } from "./comparison.ts";
import { resultOf } from "./figures.ts";
import { tableOf, verdictsOf } from "./table.ts";
import type { Target } from "./targets.ts";
import { judge } from "./verdict.ts";

const comparison: Comparison = { name: "calls", title: "Calls", processes: 1, run: async () => [] };

function says(says: string, most: number): Target {
  const values: Target["values"] = (of) => of("call", "midguard");
  return { comparison: "calls", says, unit: "ns", most, values };
}

describe("a table", () => {
  it("marks a figure below its base with a minus", () => {
    const result = resultOf(comparison, [
      { job: "call", contestant: "bare", unit: "ns", samples: [30] },
      { job: "call", contestant: "midguard", unit: "ns", samples: [20], base: "bare" },
    ]);
    expect(tableOf(result).split("\n").at(-1)).toMatch(/20 ns +0\.67x +-10 ns$/);
  });

  it("shows the outcomes one below the other", () => {
    const all = [{ job: "call", contestant: "midguard", unit: "ns", samples: [10, 20, 30] }] as const;
    const lines = verdictsOf([says("far", 40), says("near", 25), says("beyond", 5)].map((one) => judge(one, all)));
    expect(lines).toMatchInlineSnapshot(`
      "held    far     20 ns (10 ns to 30 ns)
      close   near    20 ns (10 ns to 30 ns)
      MISSED  beyond  20 ns (10 ns to 30 ns)"
    `);
  });
});
