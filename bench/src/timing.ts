import type { Effort, Series } from "./comparison.ts";
import { summarize } from "./statistics.ts";

/** One of the contestants in a job. */
export interface Contestant {
  readonly name: string;
  /** Does the job once. A promise is awaited. */
  call(): unknown;
  /** Whether the result of a call is right. Every contestant is checked before and after the timing. */
  check(answer: unknown): boolean;
}

/** A job and its contestants. */
export interface Job {
  readonly name: string;
  /** The first one is the base of the others. */
  readonly contestants: readonly Contestant[];
  /** The surroundings of the job: calls `measuring` inside them, in an invocation for instance. */
  within?(measuring: () => Promise<void>): Promise<void>;
}

interface Duration {
  readonly laps: number;
  /**
   * Time of a contestant in a lap: long enough for the collector to run, and short enough for a disturbance of the machine to
   * affect all contestants of the lap.
   */
  readonly lapMs: number;
  /** In each of two warm-up laps: slow code is compiled late, too. */
  readonly warmUpCalls: number;
}

const durations: Readonly<Record<Effort, Duration>> = {
  thorough: { laps: 3, lapMs: 50, warmUpCalls: 10_000 },
  quick: { laps: 1, lapMs: 0.1, warmUpCalls: 1 },
};
const warmUpLaps = 2;
const callsInTask = 500;

/**
 * The one loop that all contestants run in. After the warm-up its call site is megamorphic: V8 neither inlines a call nor
 * leaves it out, whichever contestant it is. That resembles a handler, whose calls are not made in a loop.
 */
async function repeat(call: () => unknown, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) await call();
}

/** The same for synchronous answers. */
async function repeatSync(call: () => unknown, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) call();
}

/** Does the job `times` times, and returns the time of one in ns, garbage collection included. */
async function lap(loop: typeof repeat, { call }: Contestant, times: number): Promise<number> {
  // No contestant pays for the garbage of the one before. Absent if Node was started without --expose-gc.
  globalThis.gc?.({ type: "minor" });
  let ms = 0;
  for (let done = 0; done < times; done += callsInTask) {
    // Not timed: each batch of calls is a task of its own, like a request, because garbage lives to the end of its task.
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

/** Every other lap goes backwards, and every two laps begin elsewhere, so that no contestant always follows the same one. */
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
 * Times the contestants in laps: each lap times every one of them once, so that a disturbance affects all of them. The
 * process reports one figure per contestant, the median of its laps, because laps of a process share its compiled code and
 * are not independent.
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
