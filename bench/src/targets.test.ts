import { describe, expect, it } from "vitest";
import { comparisons } from "./comparisons/index.ts";
import { size } from "./comparisons/size.ts";
import { resultOf } from "./figures.ts";
import { targets } from "./targets.ts";
import { judge } from "./verdict.ts";

describe("the targets", () => {
  it.each(targets)("$comparison: $says", ({ comparison, most, least }) => {
    expect(comparisons.map(({ name }) => name)).toContain(comparison);
    expect([most, least].filter((limit) => limit !== undefined)).toHaveLength(1);
  });

  it("of sizes find what the comparison measures: it runs in a moment, on the built packages", {
    timeout: 60_000,
  }, async () => {
    const all = await size.run();
    expect(resultOf(size, all).figures.every(({ median }) => median > 100)).toBe(true);
    const verdicts = targets.filter(({ comparison }) => comparison === size.name).map((target) => judge(target, all));
    expect(verdicts.map(({ measured }) => measured.median)).not.toContain(Number.NaN);
    expect(verdicts).toHaveLength(4);
  });
});
