import { measure } from "mitata";
import type { Series } from "./comparison.ts";

/** One of those who do the same job. */
export interface Contestant {
  readonly name: string;
  /** Does it once. A promise is awaited, as a user would. */
  call(): unknown;
  /** Whether what a call came to is what it must come to. Every contestant is checked before any is timed. */
  check(answer: unknown): boolean;
}

/** A job, and all who do it. */
export interface Job {
  readonly name: string;
  /** The first one is what the others are set in relation to. */
  readonly contestants: readonly Contestant[];
  /** Where the job is done: calls `measuring` in the middle of it, such as in an invocation. */
  within?(measuring: () => Promise<void>): Promise<void>;
}

const rounds = 7;
const warmUpRounds = 2;
/** Long enough for a hundred batches of the quickest call, and so short that noise falls on all contestants of a round. */
const measuredNs = 12e6;

async function checkAnswers({ name, contestants }: Job): Promise<void> {
  for (const contestant of contestants) {
    const answer = await contestant.call();
    if (!contestant.check(answer)) throw new Error(`${name}: ${contestant.name} answered ${JSON.stringify(answer)}`);
  }
}

async function nanoseconds({ call }: Contestant): Promise<number> {
  // The median of mitata's samples, which are batches of 4,096 calls where a call is quick. Garbage is collected when it
  // is due, not before each measurement: it is part of what a call costs.
  const { p50 } = await measure(() => call(), { gc: false as never, min_samples: 10, min_cpu_time: measuredNs });
  return p50;
}

/**
 * Times the contestants in rounds: each round times every one of them once, beginning with another one each time, so that
 * what disturbs the machine falls on all of them. The first rounds are thrown away.
 */
export async function time(job: Job): Promise<readonly Series[]> {
  await checkAnswers(job);
  const { contestants } = job;
  const samples = contestants.map((): number[] => []);
  async function measuring(): Promise<void> {
    for (let round = 0; round < warmUpRounds + rounds; round += 1) {
      for (let turn = 0; turn < contestants.length; turn += 1) {
        const index = (round + turn) % contestants.length;
        const sample = await nanoseconds(contestants[index] as Contestant);
        if (round >= warmUpRounds) samples[index]?.push(sample);
      }
    }
  }
  await (job.within === undefined ? measuring() : job.within(measuring));
  const base = contestants[0]?.name ?? "";
  return contestants.map(({ name }, index) => ({
    job: job.name,
    contestant: name,
    unit: "ns",
    samples: samples[index] ?? [],
    ...(index > 0 && { base }),
  }));
}

/** Times several jobs one after the other. */
export async function timeAll(jobs: readonly Job[]): Promise<readonly Series[]> {
  const all: Series[] = [];
  for (const job of jobs) all.push(...(await time(job)));
  return all;
}
