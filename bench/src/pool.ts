import { fork } from "node:child_process";
import { openSync } from "node:fs";
import { devNull } from "node:os";
import { fileURLToPath } from "node:url";
import type { Comparison, Series } from "./comparison.ts";

/** What a process that ran a comparison sends. */
export type Told = { readonly series: readonly Series[] } | { readonly error: string };

/** Runs a comparison in a process of its own. What that writes to stdout, such as metrics, goes nowhere, and at real cost. */
function runOnce(name: string): Promise<readonly Series[]> {
  const nowhere = openSync(devNull, "w");
  const child = fork(fileURLToPath(new URL("child.js", import.meta.url)), [name], {
    serialization: "advanced",
    stdio: ["ignore", nowhere, "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", (told: Told) => {
      if ("series" in told) resolve(told.series);
      else reject(new Error(`${name}: ${told.error}`));
    });
    child.once("exit", (code, signal) => reject(new Error(`${name} ended with ${signal ?? code} and told nothing`)));
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
 * Runs a comparison in as many processes as it asks for, and in up to twice as many while `isClose` says that what has
 * been measured is too close to call.
 */
export async function runComparison(
  { name, processes }: Comparison,
  isClose: (all: readonly Series[]) => boolean,
  progress: (text: string) => void,
): Promise<readonly Series[]> {
  let all: readonly Series[] = [];
  const most = processes === 1 ? 1 : processes * 2;
  for (let run = 1; run <= processes || (run <= most && isClose(all)); run += 1) {
    progress(`${name}: process ${run} of ${Math.max(run, processes)}`);
    all = pooled(all, await runOnce(name));
  }
  return all;
}
