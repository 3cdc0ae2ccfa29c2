import type { Verdict } from "./verdict.ts";

/** The result of a run. */
export interface Outcome {
  readonly verdicts: readonly Verdict[];
  /** Names of the comparisons that could not be made. */
  readonly failures: readonly string[];
}

export const exitCodes = { missed: 1, failed: 2 } as const;

/** A comparison that failed always fails the run; a missed target does if the run is a check. */
export function exitCodeOf({ verdicts, failures }: Outcome, isCheck: boolean): number {
  if (failures.length > 0) return exitCodes.failed;
  return isCheck && verdicts.some(({ outcome }) => outcome === "missed") ? exitCodes.missed : 0;
}
