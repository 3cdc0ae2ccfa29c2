/** What figures are counted in. Shown as it is, and small times in the unit that suits them. */
export type Unit = "ns" | "ms" | "bytes" | "requests/s" | "keys";

/** What one contestant was measured at in one job: a figure for each round. Round n of one stands beside round n of all. */
export interface Series {
  readonly job: string;
  readonly contestant: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  /** The contestant of the same job that this one is set in relation to: over it, or as a multiple of it. */
  readonly base?: string;
}

/** As many as it takes to leave out the luckiest and the unluckiest one, and still be sure at 95 %. */
export const timedProcesses = 9;

/** `thorough` for figures; `quick` to see that all of it runs: then the figures mean nothing. */
export type Effort = "thorough" | "quick";

/** Several ways to do the same jobs, side by side. */
export interface Comparison {
  /** As on the command line. */
  readonly name: string;
  readonly title: string;
  /**
   * How many processes run it, one after the other: a compiler's luck lasts as long as its process. Twice as many where a
   * target is not clearly held.
   */
  readonly processes: number;
  /** Sets the contestants up, checks that their answers are the same, then measures. */
  run(effort: Effort): Promise<readonly Series[]>;
}
