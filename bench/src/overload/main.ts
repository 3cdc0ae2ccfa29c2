import { writeFileSync } from "node:fs";
import { planOf } from "./arguments.ts";
import type { Figures } from "./figures.ts";
import { pageOf } from "./page.ts";
import { type Job, simulateAll } from "./pool.ts";
import { mediansOf, type Result, tableOf } from "./table.ts";

const { scenarios, contestants, seeds, page } = planOf(process.argv.slice(2));
const pairs = scenarios.flatMap((scenario) => contestants.map((contestant) => ({ scenario, contestant })));
const jobs = pairs.flatMap((pair): Job[] =>
  Array.from({ length: seeds }, (_, index) => ({ ...pair, seed: index + 1 })),
);

let done = 0;
const all = await simulateAll(jobs, ({ scenario, contestant }) => {
  done += 1;
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${done} of ${jobs.length}: ${scenario}, ${contestant}`);
});
const results = pairs.map((pair, index): Result => {
  const figures = all.slice(index * seeds, (index + 1) * seeds) as [Figures, ...Figures[]];
  return { ...pair, figures: mediansOf(figures) };
});
for (const scenario of scenarios) console.log(`\n${tableOf(scenario, results)}`);
writeFileSync(page, pageOf(results, seeds));
console.log(`\nCharts: ${page}`);
