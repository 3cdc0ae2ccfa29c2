import type { Comparison, Effort, Series } from "../comparison.ts";
import type { Flooded } from "../processes/flood.ts";
import { limiters } from "../processes/limiters.ts";
import { runNode, scriptPath } from "../processes/run.ts";

const floods: Readonly<Record<Effort, number>> = { thorough: 5_000_000, quick: 20_000 };
/**
 * A heap of 100 MB. Its young generation is kept at 1 MB for every contestant: V8 would let it grow to 134 MB, depending
 * on the garbage that survives its collections, and so hide the memory of a store.
 */
const flags = ["--max-old-space-size=100", "--max-semi-space-size=1"];

/** The figure of a process that crashed. */
const crashed = Infinity;

/** The same loop without a store: its limiter leaves the collector the same answers. */
const bases: Readonly<Record<string, string>> = {
  "midguard, one window": "no store, one window",
  "midguard, three windows": "no store, three windows",
};

async function flooded(contestant: string, keys: number): Promise<readonly Series[]> {
  const told = (await runNode([...flags, scriptPath("flood.js"), contestant, String(keys)])) as Flooded | undefined;
  const isBase = contestant.startsWith("no store");
  if (isBase && told === undefined) throw new Error(`${contestant} ran out of memory`);
  const base = bases[contestant];
  const growth: Series = {
    job: "growth of the process",
    contestant,
    unit: "bytes",
    samples: [told?.grownBytes ?? crashed],
    ...(base !== undefined && { base }),
  };
  if (isBase) return [growth];
  return [
    growth,
    { job: "blocked keys that were let in again", contestant, unit: "keys", samples: [told?.letIn ?? crashed] },
    { job: "new keys that were turned away", contestant, unit: "keys", samples: [told?.turnedAway ?? crashed] },
  ];
}

/** Does `work` for two at a time: memory does not depend on speed. */
async function twoAtATime<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = [...all.entries()];
  async function worker(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results[next[0]] = await work(next[1]);
    }
  }
  await Promise.all([worker(), worker()]);
  return results;
}

export const flood: Comparison = {
  name: "flood",
  title: "Five million keys that are seen once, in a heap of 100 MB",
  processes: 3,
  async run(effort) {
    const all = (await twoAtATime(Object.keys(limiters), (contestant) => flooded(contestant, floods[effort]))).flat();
    // Sorted by job, for the table.
    const jobs = [...new Set(all.map(({ job }) => job))];
    return jobs.flatMap((job) => all.filter((series) => series.job === job));
  },
};
