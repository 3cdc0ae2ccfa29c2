import type { Comparison, Series } from "../comparison.ts";
import { limiters } from "../processes/limiters.ts";
import { runNode, scriptPath } from "../processes/run.ts";

const keys = 5_000_000;
const heapMegabytes = 100;
const rounds = 3;

/** In the place of a figure where the process crashed. */
const crashed = Infinity;

/** The same loop without a store: it leaves the collector the same answers, which a growing heap is mostly made of. */
const bases: Readonly<Record<string, string>> = {
  "midguard, one window": "no store, one window",
  "midguard, three windows": "no store, three windows",
};

interface Flooded {
  readonly grownBytes: number;
  readonly stillBlocked: boolean;
}

export const flood: Comparison = {
  name: "flood",
  title: "Five million keys that are seen once, in a heap of 100 MB",
  processes: 1,
  async run() {
    const growth = new Map<string, number[]>();
    const lost = new Map<string, number[]>();
    for (let round = 0; round < rounds; round += 1) {
      for (const contestant of Object.keys(limiters)) {
        const args = [`--max-old-space-size=${heapMegabytes}`, scriptPath("flood.js"), contestant, String(keys)];
        const told = (await runNode(args)) as Flooded | undefined;
        growth.set(contestant, [...(growth.get(contestant) ?? []), told?.grownBytes ?? crashed]);
        const lostNow = told === undefined ? crashed : told.stillBlocked ? 0 : 1;
        lost.set(contestant, [...(lost.get(contestant) ?? []), lostNow]);
      }
    }
    const grown = [...growth].map(([contestant, samples]): Series => {
      const base = bases[contestant];
      return { job: "growth of the process", contestant, unit: "bytes", samples, ...(base !== undefined && { base }) };
    });
    const letIn = [...lost]
      .filter(([contestant]) => !contestant.startsWith("no "))
      .map(([contestant, samples]): Series => {
        return { job: "blocked keys that were let in again", contestant, unit: "lost keys", samples };
      });
    return [...grown, ...letIn];
  },
};
