import type { Series } from "./comparison.ts";
import { type Summary, summarize } from "./statistics.ts";
import type { Target } from "./targets.ts";

/** How a target came out. */
export interface Verdict {
  readonly target: Target;
  readonly measured: Summary;
  /** Missed only where the whole interval lies beyond the limit: noise alone is no miss. */
  readonly held: boolean;
  /** The limit lies within the interval: more rounds might tell. */
  readonly close: boolean;
}

/** The series of a job and contestant; throws where there is none, for then target and comparison do not agree. */
function seriesOf(all: readonly Series[], job: string, contestant: string): readonly number[] {
  const found = all.find((series) => series.job === job && series.contestant === contestant);
  if (found === undefined) throw new Error(`no figures of ${contestant} for ${job}`);
  return found.samples;
}

/** Holds what a comparison has shown against a target. */
export function judge(target: Target, all: readonly Series[]): Verdict {
  const measured = summarize(target.values((job, contestant) => seriesOf(all, job, contestant)));
  const { most = Infinity, least = -Infinity } = target;
  const held = measured.low <= most && measured.high >= least;
  const close = held && (measured.high > most || measured.low < least);
  return { target, measured, held, close };
}
