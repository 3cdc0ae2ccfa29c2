import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Figures } from "./figures.ts";

/** One simulation. */
export interface Job {
  readonly scenario: string;
  readonly contestant: string;
  readonly seed: number;
}

async function simulateIn(child: ChildProcess, job: Job): Promise<Figures> {
  const ended = new AbortController();
  const { signal } = ended;
  try {
    child.send(job);
    const exit = once(child, "exit", { signal }).then(([code]) => {
      throw new Error(`${job.contestant}, ${job.scenario}: the process ended with ${code}`);
    });
    const [figures] = (await Promise.race([once(child, "message", { signal }), exit])) as [Figures];
    return figures;
  } finally {
    ended.abort();
  }
}

/** Runs the jobs in as many processes as there are cores. The figures are in the order of the jobs. */
export async function simulateAll(jobs: readonly Job[], report: (job: Job) => void): Promise<readonly Figures[]> {
  const results: Figures[] = [];
  const waiting = jobs.entries();
  async function work(): Promise<void> {
    // Thousands of environments warn of the same things.
    const child = fork(fileURLToPath(new URL("child.js", import.meta.url)), { execArgv: ["--no-warnings"] });
    try {
      for (const [index, job] of waiting) {
        results[index] = await simulateIn(child, job);
        report(job);
      }
    } finally {
      child.kill();
    }
  }
  await Promise.all(Array.from({ length: Math.min(jobs.length, availableParallelism()) }, work));
  return results;
}
