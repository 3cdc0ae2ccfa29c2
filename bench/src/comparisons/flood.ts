import type { Comparison, Series } from "../comparison.ts";
import { limiters } from "../processes/limiters.ts";
import { runNode, scriptPath } from "../processes/run.ts";

const keys = 5_000_000;
const heapMegabytes = 100;

/** In the place of a figure where the process crashed. */
const crashed = Infinity;

export const flood: Comparison = {
  name: "flood",
  title: "Five million keys that are seen once, in a heap of 100 MB",
  processes: 1,
  async run() {
    const all: Series[] = [];
    for (const contestant of Object.keys(limiters)) {
      const args = [`--max-old-space-size=${heapMegabytes}`, scriptPath("flood.js"), contestant, String(keys)];
      const told = (await runNode(args)) as { grownBytes: number; stillBlocked: boolean } | undefined;
      const grown = told?.grownBytes ?? crashed;
      const base = contestant === "no store" ? {} : { base: "no store" };
      all.push({ job: "growth of the process", contestant, unit: "bytes", samples: [grown], ...base });
      if (contestant === "no store") continue;
      const lost = told === undefined ? crashed : told.stillBlocked ? 0 : 1;
      all.push({ job: "blocked keys that were let in again", contestant, unit: "lost keys", samples: [lost] });
    }
    return all;
  },
};
