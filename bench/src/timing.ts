import type { Effort, Series } from "./comparison.ts";
import { summarize } from "./statistics.ts";

/** One of those who do the same job. */
export interface Contestant {
  readonly name: string;
  /** Does it once. A promise is awaited, as a user would. */
  call(): unknown;
  /** Whether what a call came to is what it must come to. Every contestant is checked before any is timed, and after. */
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

interface Duration {
  readonly laps: number;
  /**
   * Of a contestant in a lap: so long that the collector runs in it, and so short that what disturbs the machine falls on
   * all contestants of a lap.
   */
  readonly lapMs: number;
  /** In each of two warm-up laps: what is slow is compiled late, too. */
  readonly warmUpCalls: number;
}

const durations: Readonly<Record<Effort, Duration>> = {
  thorough: { laps: 3, lapMs: 50, warmUpCalls: 10_000 },
  quick: { laps: 1, lapMs: 0.1, warmUpCalls: 1 },
};
const warmUpLaps = 2;
const callsInTask = 500;

/**
 * The one loop that all contestants run in. After the warm-up its call is one to anybody, which V8 neither inlines nor leaves
 * out, for the first contestant as little as for the last: much as in a handler, whose calls are not made in a loop.
 */
async function repeat(call: () => unknown, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) await call();
}

/** The same for answers that are there at once. */
async function repeatSync(call: () => unknown, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) call();
}

/** Does the job `times` times; how long one took, in ns, with the garbage that was collected meanwhile. */
async function lap(loop: typeof repeat, { call }: Contestant, times: number): Promise<number> {
  // Nobody pays for what the one before has left lying. Absent where Node was started without --expose-gc.
  globalThis.gc?.({ type: "minor" });
  let ms = 0;
  for (let done = 0; done < times; done += callsInTask) {
    // Off the clock: a task of its own for a few calls, as for a request. What calls leave lives to the end of their task.
    await new Promise((resolve) => setImmediate(resolve));
    const startedAt = performance.now();
    await loop(call, Math.min(callsInTask, times - done));
    ms += performance.now() - startedAt;
  }
  return (ms * 1e6) / times;
}

async function checkAnswers({ name, contestants }: Job): Promise<void> {
  for (const contestant of contestants) {
    const answer = await contestant.call();
    if (!contestant.check(answer)) throw new Error(`${name}: ${contestant.name} answered ${JSON.stringify(answer)}`);
  }
}

/** Every other lap goes backwards, and every two begin elsewhere: nobody always follows the same one. */
export function turnsOf(lapNumber: number, count: number): readonly number[] {
  const turns = Array.from({ length: count }, (_, turn) => ((lapNumber >> 1) + turn) % count);
  return lapNumber % 2 === 0 ? turns : turns.reverse();
}

async function inLaps(contestants: readonly Contestant[], duration: Duration): Promise<readonly (readonly number[])[]> {
  const loopers: { contestant: Contestant; loop: typeof repeat; times: number; samples: number[] }[] = [];
  for (const contestant of contestants) {
    const answer = contestant.call();
    await answer;
    loopers.push({
      contestant,
      loop: answer instanceof Promise ? repeat : repeatSync,
      times: duration.warmUpCalls,
      samples: [],
    });
  }
  for (let number = 0; number < warmUpLaps + duration.laps; number += 1) {
    for (const turn of turnsOf(number, loopers.length)) {
      const looper = loopers[turn] as (typeof loopers)[number];
      const ns = await lap(looper.loop, looper.contestant, looper.times);
      const isWarm = number >= warmUpLaps;
      if (isWarm) looper.samples.push(ns);
      else
        looper.times = Math.max(
          number + 1 < warmUpLaps ? duration.warmUpCalls : 1,
          Math.ceil((duration.lapMs * 1e6) / ns),
        );
    }
  }
  return loopers.map(({ samples }) => samples);
}

/**
 * Times the contestants in laps: each lap times every one of them once, so that what disturbs the machine falls on all of
 * them. What this process has to say of a contestant is the median of its laps: one figure, for the laps of a process
 * share what its compiler made of the code, and are no independent witnesses.
 */
export async function time(job: Job, effort: Effort): Promise<readonly Series[]> {
  let all: readonly (readonly number[])[] = [];
  async function measuring(): Promise<void> {
    await checkAnswers(job);
    all = await inLaps(job.contestants, durations[effort]);
    await checkAnswers(job);
  }
  await (job.within === undefined ? measuring() : job.within(measuring));
  const base = job.contestants[0]?.name ?? "";
  return job.contestants.map(({ name }, index) => ({
    job: job.name,
    contestant: name,
    unit: "ns",
    samples: [summarize(all[index] ?? []).median],
    ...(index > 0 && { base }),
  }));
}

/** Times several jobs one after the other. */
export async function timeAll(jobs: readonly Job[], effort: Effort): Promise<readonly Series[]> {
  const all: Series[] = [];
  for (const job of jobs) all.push(...(await time(job, effort)));
  return all;
}
