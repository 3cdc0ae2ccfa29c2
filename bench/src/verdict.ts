import type { Series } from "./comparison.ts";
import { type Summary, summarize } from "./statistics.ts";
import type { Target } from "./targets.ts";

/** How a target came out. */
export interface Verdict {
  readonly target: Target;
  readonly measured: Summary;
  /**
   * `held` or `missed` where the whole interval, and a little more, lies on one side of the limit: noise alone is neither;
   * `close` where it does not; `known` where the target is missed as `accepted` says, and no worse.
   */
  readonly outcome: "held" | "close" | "known" | "missed";
}

/** What two runs may differ by beyond their intervals: who is nearer to the limit than that would be held in one of them only. */
const resolution = 0.02;

/** The series of a job and contestant; throws where there is none, for then target and comparison do not agree. */
function seriesOf(all: readonly Series[], job: string, contestant: string): readonly number[] {
  const found = all.find((series) => series.job === job && series.contestant === contestant);
  if (found === undefined) throw new Error(`no figures of ${contestant} for ${job}`);
  return found.samples;
}

/** The median with its interval; of what must always be so, the worst; and a crash where there was one. */
function measure(values: readonly number[], always: boolean): Summary {
  const worst = values.every(Number.isFinite) ? Math.max(...values) : Infinity;
  return always || worst === Infinity ? { median: worst, low: worst, high: worst } : summarize(values);
}

/** Holds what a comparison has shown against a target. */
export function judge(target: Target, all: readonly Series[]): Verdict {
  const { most = Infinity, least = -Infinity, accepted = -Infinity, always = false } = target;
  const measured = measure(
    target.values((job, contestant) => seriesOf(all, job, contestant)),
    always,
  );
  const slack = always ? 0 : Math.abs(measured.median) * resolution;
  const [low, high] = [measured.low - slack, measured.high + slack];
  if (!Number.isFinite(measured.median)) return { target, measured, outcome: "missed" };
  if (high <= most && low >= least) return { target, measured, outcome: "held" };
  if (low <= most && high >= least) return { target, measured, outcome: "close" };
  return { target, measured, outcome: measured.median <= accepted ? "known" : "missed" };
}
