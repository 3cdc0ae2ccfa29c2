/** The unit of a figure. Small times are shown in the unit that suits them. */
export type Unit = "ns" | "ms" | "bytes" | "requests/s" | "keys";

/** The figures of one contestant in one job, one per round. Rounds with the same number form a pair. */
export interface Series {
  readonly job: string;
  readonly contestant: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  /** The contestant of the same job that this one is compared with, by difference and by ratio. */
  readonly base?: string;
}

/** Enough for a 95 % interval that leaves out the lowest and the highest figure. */
export const timedProcesses = 9;

/** `thorough` for figures; `quick` to check that everything runs, with figures that mean nothing. */
export type Effort = "thorough" | "quick";

/** Several ways to do the same jobs, side by side. */
export interface Comparison {
  /** As on the command line. */
  readonly name: string;
  readonly title: string;
  /**
   * How many processes run it, one after the other, because compiler decisions last as long as the process. Twice as many
   * if a target is not clearly held.
   */
  readonly processes: number;
  /** Sets the contestants up, checks that their answers are the same, then measures. */
  run(effort: Effort): Promise<readonly Series[]>;
}
