import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Figures } from "./figures.ts";

const script = fileURLToPath(new URL("child.js", import.meta.url));

/** One simulation. */
export interface Job {
  readonly scenario: string;
  readonly contestant: string;
  readonly seed: number;
}

/** In a process of its own, because simulated time replaces the timers of the whole process. */
async function simulateIn({ scenario, contestant, seed }: Job): Promise<Figures> {
  // Thousands of environments warn of the same things.
  const child = fork(script, [scenario, contestant, String(seed)], { execArgv: ["--no-warnings"] });
  const ended = new AbortController();
  const { signal } = ended;
  const failed = once(child, "exit", { signal }).then(([code]) => {
    throw new Error(`${contestant}, ${scenario}: the process ended with ${code}`);
  });
  try {
    const [figures] = (await Promise.race([once(child, "message", { signal }), failed])) as [Figures];
    return figures;
  } finally {
    ended.abort();
  }
}

/** Runs the jobs, as many at a time as there are cores. The figures are in the order of the jobs. */
export async function simulateAll(jobs: readonly Job[], report: (job: Job) => void): Promise<readonly Figures[]> {
  const results: Figures[] = [];
  const waiting = jobs.entries();
  async function work(): Promise<void> {
    for (const [index, job] of waiting) {
      results[index] = await simulateIn(job);
      report(job);
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}
