import { describe, expect, it } from "vitest";
import type { Series } from "./comparison.ts";
import type { Target } from "./targets.ts";
import { judge, type Verdict } from "./verdict.ts";

const nine = (from: number): number[] => Array.from({ length: 9 }, (_, index) => from + index);

type Limits = Pick<Target, "most" | "least" | "always">;

function outcome(samples: readonly number[], limits: Limits): Verdict["outcome"] {
  const target: Target = {
    comparison: "c",
    says: "says",
    unit: "ns",
    ...limits,
    values: (of) => of("job", "midguard"),
  };
  const series: Series[] = [{ job: "job", contestant: "midguard", unit: "ns", samples }];
  return judge(target, series).outcome;
}

// Of nine values the interval is from the second to the eighth, 11 to 17, and 2 % of the median more: 10.72 to 17.28.
describe("a verdict", () => {
  it.each<[Limits, Verdict["outcome"]]>([
    [{ most: 17.3 }, "held"],
    [{ most: 17.2 }, "close"],
    [{ most: 10.8 }, "close"],
    [{ most: 10.7 }, "missed"],
    [{ least: 10.7 }, "held"],
    [{ least: 10.8 }, "close"],
    [{ least: 17.2 }, "close"],
    [{ least: 17.3 }, "missed"],
    [{ most: 18, always: true }, "held"],
    [{ most: 17.9, always: true }, "missed"],
  ])("on values from 10 to 18 against %j is %s", (limits, expected) => {
    expect(outcome(nine(10), limits)).toBe(expected);
  });

  it.each([
    ["a crash", [Infinity]],
    ["one crash of many", [1, 1, 1, 1, 1, Infinity]],
    ["a crash of both", [Number.NaN]],
  ])("on %s is a miss, whatever the limit", (_name, samples) => {
    for (const limits of [{ most: 1e9 }, { least: 0 }, { most: 0 }]) {
      expect(outcome(samples, limits)).toBe("missed");
    }
  });

  it("cannot be had of a contestant that did not run", () => {
    const target: Target = { comparison: "c", says: "s", unit: "x", most: 1, values: (of) => of("job", "nobody") };
    expect(() => judge(target, [])).toThrow("no figures of nobody for job");
  });
});
