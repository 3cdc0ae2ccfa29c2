import type { Series } from "./comparison.ts";
import { type Summary, summarize } from "./statistics.ts";
import type { Target } from "./targets.ts";

/** How a target came out. */
export interface Verdict {
  readonly target: Target;
  readonly measured: Summary;
  /**
   * `held`; `close`, and held, where the limit lies within the interval: more rounds might tell; `missed` where the whole
   * interval lies beyond, for noise alone is no miss; `known` where it is missed as `accepted` says, and no worse.
   */
  readonly outcome: "held" | "close" | "known" | "missed";
}

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
  const isHeld = Number.isFinite(measured.median) && measured.low <= most && measured.high >= least;
  const isClose = measured.high > most || measured.low < least;
  if (isHeld) return { target, measured, outcome: isClose ? "close" : "held" };
  return { target, measured, outcome: measured.median <= accepted ? "known" : "missed" };
}
