import { describe, expect, it } from "vitest";
import { comparisons } from "./comparisons/index.ts";
import { targets } from "./targets.ts";

describe("the targets", () => {
  it.each(targets)("$comparison: $says", ({ comparison, most, least }) => {
    expect(comparisons.map(({ name }) => name)).toContain(comparison);
    expect([most, least].filter((limit) => limit !== undefined)).toHaveLength(1);
  });
});
