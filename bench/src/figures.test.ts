import { describe, expect, it } from "vitest";
import type { Comparison } from "./comparison.ts";
import { resultOf, show, showSummary } from "./figures.ts";
import { markdownOf } from "./markdown.ts";
import { pageOf } from "./page.ts";
import { tableOf } from "./table.ts";

const comparison: Comparison = { name: "calls", title: "Calls <guarded>", processes: 1, run: async () => [] };
const result = resultOf(comparison, [
  { job: "call", contestant: "bare", unit: "ns", samples: [10, 20, 30] },
  { job: "call", contestant: "midguard", unit: "ns", samples: [20, 40, 60], base: "bare" },
  { job: "crash", contestant: "a peer", unit: "bytes", samples: [Infinity] },
]);

describe("figures", () => {
  it.each([
    [83.4, "ns", "83.4 ns"],
    [83, "ns", "83 ns"],
    [2_310, "ns", "2.31 us"],
    [4_591, "bytes", "4.59 kB"],
    [94_500_000, "bytes", "94.5 MB"],
    [2.345, "x", "2.35x"],
    [2_660, "requests/s", "2,660 requests/s"],
    [Infinity, "bytes", "crashed"],
  ] as const)("show %d %s as %s", (value, unit, text) => {
    expect(show(value, unit)).toBe(text);
  });

  it("show an interval only if there is one", () => {
    expect(showSummary({ median: 5, low: 5, high: 5 }, "ns")).toBe("5 ns");
    expect(showSummary({ median: 5, low: 4, high: 6 }, "ns")).toBe("5 ns (4 ns to 6 ns)");
  });

  it("stand in relation to the base of their own job", () => {
    const [bare, ours] = result.figures;
    expect(bare).not.toHaveProperty("ratio");
    expect(ours).toMatchObject({ rounds: 3, ratio: { median: 2, low: 2, high: 2 }, over: { median: 20 } });
  });

  it("make a table with a block for each job", () => {
    expect(tableOf(result)).toMatchInlineSnapshot(`
      "calls: Calls <guarded>
                       median (interval)  times base  over base
      call
        bare      20 ns (10 ns to 30 ns)
        midguard  40 ns (20 ns to 60 ns)       2.00x     +20 ns
      crash
        a peer                   crashed"
    `);
  });

  it("make a table in Markdown with a line for each job", () => {
    expect(markdownOf([result], []).split("\n\n")[1]).toMatchInlineSnapshot(`
      "| job | base | Midguard | others |
      | --- | --- | --- | --- |
      | call | bare 20 ns | 40 ns, 2.00x |  |
      | crash |  |  | a peer crashed |
      "
    `);
  });

  it("make a page that stands alone, with a bar and a row for each", () => {
    const setting = { takenAt: "now", node: "24", cpu: "2 x any", effort: "thorough" } as const;
    const page = pageOf(setting, [result], []);
    expect(page).toContain("Calls &#60;guarded&#62;");
    // None for a crash, and ours by its colour.
    expect(page.match(/<svg /g)).toHaveLength(2);
    expect(page.match(/class="bar ours"/g)).toHaveLength(1);
    expect(page).not.toMatch(/NaN|undefined|Infinity|<script|https?:|quick/);
    expect(pageOf({ ...setting, effort: "quick" }, [result], [])).toContain("these figures mean nothing");
  });
});
