import type { Series } from "./comparison.ts";
import { type Summary, summarize } from "./statistics.ts";
import type { Target } from "./targets.ts";

/** The outcome of a target. */
export interface Verdict {
  readonly target: Target;
  readonly measured: Summary;
  /** `held` or `missed` if the whole interval, and a little more, lies on one side of the limit; `close` if it does not. */
  readonly outcome: "held" | "close" | "missed";
}

/** Two runs may differ by this much beyond their intervals. */
const resolution = 0.02;

/** The series of a job and contestant. Throws if there is none: then target and comparison do not agree. */
function seriesOf(all: readonly Series[], job: string, contestant: string): readonly number[] {
  const found = all.find((series) => series.job === job && series.contestant === contestant);
  if (found === undefined) throw new Error(`no figures of ${contestant} for ${job}`);
  return found.samples;
}

/** The median with its interval; the worst figure of a target that must always hold; a crash if there was one. */
function measure(values: readonly number[], always: boolean): Summary {
  const worst = values.every(Number.isFinite) ? Math.max(...values) : Infinity;
  return always || worst === Infinity ? { median: worst, low: worst, high: worst } : summarize(values);
}

/** Compares the figures of a comparison with a target. */
export function judge(target: Target, all: readonly Series[]): Verdict {
  const { most = Infinity, least = -Infinity, always = false } = target;
  const measured = measure(
    target.values((job, contestant) => seriesOf(all, job, contestant)),
    always,
  );
  const slack = always ? 0 : Math.abs(measured.median) * resolution;
  const [low, high] = [measured.low - slack, measured.high + slack];
  if (!Number.isFinite(measured.median)) return { target, measured, outcome: "missed" };
  if (high <= most && low >= least) return { target, measured, outcome: "held" };
  return { target, measured, outcome: low <= most && high >= least ? "close" : "missed" };
}
