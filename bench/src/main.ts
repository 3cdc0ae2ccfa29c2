import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import type { Comparison, Series } from "./comparison.ts";
import { comparisons } from "./comparisons/index.ts";
import { type Result, resultOf } from "./figures.ts";
import { pageOf } from "./page.ts";
import { runComparison } from "./pool.ts";
import { tableOf, verdictsOf } from "./table.ts";
import { targets } from "./targets.ts";
import { judge, type Verdict } from "./verdict.ts";

const usage = `usage: bench [--check] [--list] [name ...]
  --check  exits with 1 where a target is missed
  --list   lists the comparisons
  name     runs these comparisons, not all of them`;

function chosen(names: readonly string[]): readonly Comparison[] {
  const unknown = names.filter((name) => !comparisons.some((comparison) => comparison.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `no such comparison: ${unknown.join(", ")}; there are ${comparisons.map(({ name }) => name).join(", ")}`,
    );
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

function save(name: string, text: string): void {
  writeFileSync(new URL(`../${name}`, import.meta.url), text);
}

async function bench(names: readonly string[]): Promise<readonly Verdict[]> {
  const results: Result[] = [];
  const verdicts: Verdict[] = [];
  for (const comparison of chosen(names)) {
    const isClose = (all: readonly Series[]): boolean => verdictsFor(comparison, all).some(({ close }) => close);
    const all = await runComparison(comparison, isClose, (text) => process.stderr.write(`${text}\n`));
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
  save("results.json", `${JSON.stringify({ ...setting, results, targets: judged }, crashesNamed, 2)}\n`);
  save("results.html", pageOf(setting, results, verdicts));
  return verdicts;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: "boolean" }, list: { type: "boolean" }, help: { type: "boolean" } },
});
if (values.help) console.log(usage);
else if (values.list) for (const { name, title } of comparisons) console.log(`${name.padEnd(16)}${title}`);
else {
  const verdicts = await bench(positionals);
  const missed = verdicts.filter(({ held }) => !held).length;
  console.log(`\n${verdicts.length - missed} of ${verdicts.length} targets held`);
  if (values.check && missed > 0) process.exitCode = 1;
}
