import type { Comparison, Series } from "../comparison.ts";
import { limiters } from "../processes/limiters.ts";
import { runNode, scriptPath } from "../processes/run.ts";

export const memoryBytes: Comparison = {
  name: "memory-bytes",
  title: "What a limiter in memory keeps for a key, a million of them",
  processes: 1,
  async run(effort) {
    const keys = effort === "quick" ? 1_000 : 1_000_000;
    const all: Series[] = [];
    for (const contestant of Object.keys(limiters)) {
      if (contestant.startsWith("no ")) continue;
      const told = await runNode(["--expose-gc", scriptPath("key-bytes.js"), contestant, String(keys)]);
      if (told === undefined) throw new Error(`${contestant} ran out of memory`);
      all.push({ job: "bytes a key", contestant, unit: "bytes", samples: [(told as { bytes: number }).bytes] });
    }
    return all;
  },
};
