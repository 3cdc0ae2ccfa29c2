import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Comparison, Effort, Series } from "./comparison.ts";
import { comparisons } from "./comparisons/index.ts";
import { type Result, resultOf } from "./figures.ts";
import { pageOf } from "./page.ts";
import { runComparison } from "./pool.ts";
import { tableOf, verdictsOf } from "./table.ts";
import { targets } from "./targets.ts";
import { judge, type Verdict } from "./verdict.ts";

const usage = `usage: bench [--check] [--quick] [--list] [--out folder] [name ...]
  --check  exits with 1 where a target is missed
  --quick  only sees that all of it runs: the figures mean nothing
  --list   lists the comparisons
  --out    where results.json and results.html go, by default bench/
  name     runs these comparisons, not all of them`;

function chosen(names: readonly string[]): readonly Comparison[] {
  const unknown = names.filter((name) => !comparisons.some((comparison) => comparison.name === name));
  if (unknown.length > 0) {
    console.error(
      `no such comparison: ${unknown.join(", ")}; there are ${comparisons.map(({ name }) => name).join(", ")}`,
    );
    process.exit(1);
  }
  return names.length === 0 ? comparisons : comparisons.filter(({ name }) => names.includes(name));
}

function verdictsFor({ name }: Comparison, all: readonly Series[]): readonly Verdict[] {
  return targets.filter(({ comparison }) => comparison === name).map((target) => judge(target, all));
}

/** JSON has no infinity, which stands for a crash. */
function crashesNamed(_key: string, value: unknown): unknown {
  return value === Infinity ? "crashed" : value;
}

async function bench(names: readonly string[], effort: Effort, folder: string): Promise<readonly Verdict[]> {
  const results: Result[] = [];
  const verdicts: Verdict[] = [];
  for (const comparison of chosen(names)) {
    const isOpen = (all: readonly Series[]): boolean =>
      verdictsFor(comparison, all).some(({ held, close }) => !held || close);
    const all = await runComparison(comparison, effort, isOpen, (text) => process.stderr.write(`${text}\n`));
    const result = resultOf(comparison, all);
    results.push(result);
    verdicts.push(...verdictsFor(comparison, all));
    console.log(`${tableOf(result)}\n`);
  }
  console.log(verdictsOf(verdicts));
  const setting = {
    takenAt: new Date().toISOString(),
    node: process.versions.node,
    cpu: `${cpus().length} x ${cpus()[0]?.model}`,
  };
  const judged = verdicts.map(({ target: { comparison, says }, ...verdict }) => ({ comparison, says, ...verdict }));
  writeFileSync(
    join(folder, "results.json"),
    `${JSON.stringify({ ...setting, results, targets: judged }, crashesNamed, 2)}\n`,
  );
  writeFileSync(join(folder, "results.html"), pageOf(setting, results, verdicts));
  return verdicts;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: "boolean" },
    quick: { type: "boolean" },
    list: { type: "boolean" },
    out: { type: "string", default: fileURLToPath(new URL("..", import.meta.url)) },
    help: { type: "boolean" },
  },
});
if (values.help) console.log(usage);
else if (values.list) for (const { name, title } of comparisons) console.log(`${name.padEnd(16)}${title}`);
else {
  const verdicts = await bench(positionals, values.quick ? "quick" : "thorough", values.out);
  const missed = verdicts.filter(({ held }) => !held).length;
  console.log(`\n${verdicts.length - missed} of ${verdicts.length} targets held`);
  if (values.check && missed > 0) process.exitCode = 1;
}
