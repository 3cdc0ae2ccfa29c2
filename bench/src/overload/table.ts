import type { Figures } from "./figures.ts";

/** The medians of a contestant in a scenario. */
export interface Result {
  readonly scenario: string;
  readonly contestant: string;
  readonly figures: Figures;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

/** The median of each figure over several seeds. */
export function mediansOf(all: readonly [Figures, ...Figures[]]): Figures {
  const keys = Object.keys(all[0]) as (keyof Figures)[];
  return Object.fromEntries(keys.map((key) => [key, median(all.map((one) => one[key]))])) as unknown as Figures;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** The columns of a table, and how each figure is shown. */
const columns: readonly (readonly [title: string, show: (figures: Figures) => string])[] = [
  ["answered in it", ({ goodputIn }) => percent(goodputIn)],
  ["after it", ({ goodputAfter }) => percent(goodputAfter)],
  ["recovery", ({ recoveryS }) => (recoveryS >= 60 ? "never" : `${recoveryS} s`)],
  ["calls a request", ({ amplification }) => amplification.toFixed(2)],
  ["circuits opened", ({ opens }) => String(opens)],
  ["fleet opened", ({ fleetOpens }) => String(fleetOpens)],
  ["reads", ({ storeReads }) => storeReads.toFixed(0)],
  ["writes", ({ storeWrites }) => storeWrites.toFixed(0)],
];

/** A scenario as a Markdown table. Reads and writes of a store are those of 1,000 requests. */
export function tableOf(scenario: string, results: readonly Result[]): string {
  const rows = results
    .filter((result) => result.scenario === scenario)
    .map(({ contestant, figures }) => [contestant, ...columns.map(([, show]) => show(figures))]);
  const head = [scenario, ...columns.map(([title]) => title)];
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return lines.join("\n");
}
