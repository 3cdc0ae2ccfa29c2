import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Comparison, Effort, Series } from "./comparison.ts";
import { comparisons } from "./comparisons/index.ts";
import { exitCodeOf, exitCodes, type Outcome } from "./exit-code.ts";
import { type Result, resultOf } from "./figures.ts";
import { markdownOf } from "./markdown.ts";
import { pageOf } from "./page.ts";
import { runComparison } from "./pool.ts";
import { tableOf, verdictsOf } from "./table.ts";
import { targets } from "./targets.ts";
import { judge, type Verdict } from "./verdict.ts";

const usage = `usage: bench [--check] [--quick] [--list] [--out folder] [name ...]
  --check  exits with 1 if a target is missed
  --quick  only sees that all of it runs: the figures mean nothing
  --list   lists the comparisons
  --out    where results.json, results.html and results.md go, by default bench/
  name     runs these comparisons, not all of them
A wrong argument, and a comparison that fails, end the run with 2; the other comparisons are still run.`;

function refuse(message: string): never {
  console.error(`${message}\n${usage}`);
  process.exit(exitCodes.failed);
}

function chosen(given: readonly string[]): readonly Comparison[] {
  const known = comparisons.map(({ name }) => name);
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length > 0) refuse(`no such comparison: ${unknown.join(", ")}; there are ${known.join(", ")}`);
  return given.length === 0 ? comparisons : comparisons.filter(({ name }) => given.includes(name));
}

function verdictsFor({ name }: Comparison, all: readonly Series[]): readonly Verdict[] {
  return targets.filter(({ comparison }) => comparison === name).map((target) => judge(target, all));
}

/** JSON has no infinity, which stands for a crash. */
function crashesNamed(_key: string, value: unknown): unknown {
  return value === Infinity ? "crashed" : value;
}

async function bench(some: readonly Comparison[], effort: Effort, folder: string): Promise<Outcome> {
  mkdirSync(folder, { recursive: true });
  const results: Result[] = [];
  const verdicts: Verdict[] = [];
  const failures: string[] = [];
  for (const comparison of some) {
    const isOpen = (all: readonly Series[]): boolean =>
      verdictsFor(comparison, all).some(({ outcome }) => outcome !== "held");
    try {
      const all = await runComparison(comparison, effort, isOpen, (text) => process.stderr.write(`${text}\n`));
      const result = resultOf(comparison, all);
      verdicts.push(...verdictsFor(comparison, all));
      results.push(result);
      console.log(`${tableOf(result)}\n`);
    } catch (error) {
      console.error(error);
      failures.push(comparison.name);
    }
  }
  const setting = {
    takenAt: new Date().toISOString(),
    node: process.versions.node,
    cpu: `${cpus().length} x ${cpus()[0]?.model}`,
    effort,
  };
  const judged = verdicts.map(({ target: { comparison, says }, ...verdict }) => ({ comparison, says, ...verdict }));
  writeFileSync(
    join(folder, "results.json"),
    `${JSON.stringify({ ...setting, results, targets: judged, failures }, crashesNamed, 2)}\n`,
  );
  writeFileSync(join(folder, "results.html"), pageOf(setting, results, verdicts));
  writeFileSync(join(folder, "results.md"), markdownOf(results, verdicts));
  return { verdicts, failures };
}

function argumentsGiven() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        check: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        out: { type: "string", default: fileURLToPath(new URL("..", import.meta.url)) },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return refuse((error as Error).message);
  }
}

// With an exit, so that the process of a comparison is ended too.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(exitCodes.failed));
const { values, positionals } = argumentsGiven();
if (values.help) console.log(usage);
else if (values.list) for (const { name, title } of comparisons) console.log(`${name.padEnd(16)}${title}`);
else {
  const outcome = await bench(chosen(positionals), values.quick ? "quick" : "thorough", values.out);
  const { verdicts, failures } = outcome;
  if (verdicts.length > 0) {
    const count = (one: Verdict["outcome"]): number => verdicts.filter((verdict) => verdict.outcome === one).length;
    const counts = `${count("held")} held, ${count("close")} close, ${count("missed")} MISSED`;
    console.log(`${verdictsOf(verdicts)}\n\nof ${verdicts.length} targets ${counts}`);
  }
  if (failures.length > 0) console.error(`failed: ${failures.join(", ")}`);
  process.exitCode = exitCodeOf(outcome, values.check);
}
