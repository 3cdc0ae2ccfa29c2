import { describe, expect, it } from "vitest";
import type { Series } from "./comparison.ts";
import type { Target } from "./targets.ts";
import { judge } from "./verdict.ts";

const nine = (from: number): number[] => Array.from({ length: 9 }, (_, index) => from + index);

function verdict(samples: readonly number[], limit: { most: number } | { least: number }) {
  const target: Target = { comparison: "c", says: "says", unit: "ns", ...limit, values: (of) => of("job", "midguard") };
  const series: Series[] = [{ job: "job", contestant: "midguard", unit: "ns", samples }];
  const { held, close } = judge(target, series);
  return { held, close };
}

// Of nine values the interval is from the second to the eighth: 11 to 17.
describe("a verdict", () => {
  it.each([
    [{ most: 17 }, { held: true, close: false }],
    [{ most: 16.9 }, { held: true, close: true }],
    [{ most: 11 }, { held: true, close: true }],
    [{ most: 10.9 }, { held: false, close: false }],
    [{ least: 11 }, { held: true, close: false }],
    [{ least: 11.1 }, { held: true, close: true }],
    [{ least: 17 }, { held: true, close: true }],
    [{ least: 17.1 }, { held: false, close: false }],
  ])("on values from 10 to 18 against %j is %j", (limit, expected) => {
    expect(verdict(nine(10), limit)).toEqual(expected);
  });

  it("on a crash is a miss", () => {
    expect(verdict([Infinity], { most: 1e9 })).toEqual({ held: false, close: false });
  });

  it("cannot be had of a contestant that did not run", () => {
    const target: Target = { comparison: "c", says: "s", unit: "x", most: 1, values: (of) => of("job", "nobody") };
    expect(() => judge(target, [])).toThrow("no figures of nobody for job");
  });
});
