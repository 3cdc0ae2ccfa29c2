import type { Evaluation } from "./alarm.ts";

/** A window of time in which an error budget burns too fast. */
export interface BurnWindow {
  readonly id: string;
  readonly words: string;
  /** How many times as fast as the objective allows. */
  readonly rate: number;
  readonly evaluation: Evaluation;
}

function window(id: string, words: string, rate: number, period: number): BurnWindow {
  return { id, words, rate, evaluation: { period, datapoints: 1, periods: 1 } };
}

/**
 * A long window that shows that much of the budget is gone, with a short one that shows that it still burns. 14.4 times as
 * fast for an hour is 2 % of the budget of 30 days, 6 times as fast for six hours is 5 %.
 *
 * @see https://sre.google/workbook/alerting-on-slos/
 */
export const burnWindows: readonly (readonly [long: BurnWindow, short: BurnWindow])[] = [
  [window("FastBurn1Hour", "1 hour", 14.4, 3_600), window("FastBurn5Minutes", "5 minutes", 14.4, 300)],
  [window("SlowBurn6Hours", "6 hours", 6, 21_600), window("SlowBurn30Minutes", "30 minutes", 6, 1_800)],
];
