import { fork } from "node:child_process";
import { openSync } from "node:fs";
import { devNull } from "node:os";
import { fileURLToPath } from "node:url";
import type { Comparison, Effort, Series } from "./comparison.ts";

/** The message of a process that ran a comparison. */
export type Told = { readonly series: readonly Series[] } | { readonly error: string };

/**
 * The young generation has a fixed size. Otherwise it grows at a different pace in each process, depending on the objects
 * that survive a collection, and differences of 50 ns were uncertain by 200.
 *
 * V8 may not decide to allocate the objects of a contestant among the old ones: it decides so once, by the first collections
 * of a process, and one contestant or another, depending on what else is imported, took two to five times as long.
 */
const flags = [
  "--expose-gc",
  "--min-semi-space-size=16",
  "--max-semi-space-size=16",
  "--no-allocation-site-pretenuring",
];

/** Runs a comparison in a process of its own. Its stdout, such as metrics, is discarded, but writing it costs real time. */
function runOnce(name: string, effort: Effort): Promise<readonly Series[]> {
  const nowhere = openSync(devNull, "w");
  const child = fork(fileURLToPath(new URL("child.js", import.meta.url)), [name, effort], {
    execArgv: flags,
    serialization: "advanced",
    stdio: ["ignore", nowhere, "inherit", "ipc"],
  });
  const stop = (): boolean => child.kill();
  process.once("exit", stop);
  child.once("exit", () => process.off("exit", stop));
  return new Promise((resolve, reject) => {
    child.once("message", (told: Told) => {
      if ("series" in told) resolve(told.series);
      else reject(new Error(`${name}: ${told.error}`));
    });
    child.once("exit", (code, signal) => reject(new Error(`${name} ended with ${signal ?? code} without a result`)));
  });
}

function pooled(before: readonly Series[], more: readonly Series[]): readonly Series[] {
  if (before.length === 0) return more;
  return before.map((series) => {
    const same = more.find(({ job, contestant }) => job === series.job && contestant === series.contestant);
    return { ...series, samples: [...series.samples, ...(same?.samples ?? [])] };
  });
}

/**
 * Runs a comparison in its number of processes, and in up to twice as many while `isOpen` returns true, that is, while the
 * figures do not clearly hold every target. So a miss is reported only after the double number.
 */
export async function runComparison(
  { name, processes }: Comparison,
  effort: Effort,
  isOpen: (all: readonly Series[]) => boolean,
  progress: (text: string) => void,
): Promise<readonly Series[]> {
  let all: readonly Series[] = [];
  const least = effort === "quick" ? 1 : processes;
  const most = least === 1 ? 1 : least * 2;
  for (let run = 1; run <= least || (run <= most && isOpen(all)); run += 1) {
    progress(`${name}: process ${run} of ${run <= least ? least : most}`);
    all = pooled(all, await runOnce(name, effort));
  }
  return all;
}
