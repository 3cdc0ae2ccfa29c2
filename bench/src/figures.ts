import type { Comparison, Series, Unit } from "./comparison.ts";
import { differences, ratios, type Summary, summarize } from "./statistics.ts";

/** One line of the results: a contestant's figure in a job. */
export interface Figure extends Summary {
  readonly job: string;
  readonly contestant: string;
  readonly unit: Unit;
  readonly rounds: number;
  /** Compared with the job's base: the ratio and the difference. */
  readonly ratio?: Summary;
  readonly over?: Summary;
  readonly base?: string;
}

/** The results of a comparison. */
export interface Result {
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
}

function figureOf(series: Series, all: readonly Series[]): Figure {
  const { job, contestant, unit, samples, base } = series;
  const figure = { job, contestant, unit, rounds: samples.length, ...summarize(samples) };
  const other = all.find((one) => one.job === job && one.contestant === base);
  if (base === undefined || other === undefined) return figure;
  return {
    ...figure,
    base,
    ratio: summarize(ratios(samples, other.samples)),
    over: summarize(differences(samples, other.samples)),
  };
}

/** Summarises the rounds of a comparison. */
export function resultOf({ name, title }: Comparison, all: readonly Series[]): Result {
  return { name, title, figures: all.map((series) => figureOf(series, all)) };
}

function thousands(value: number, digits: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

/** A figure as text, in the unit that suits it: `83 ns`, `2.31 us`, `4.6 kB`. */
export function show(value: number, unit: Unit | "x"): string {
  if (!Number.isFinite(value)) return "crashed";
  const size = Math.abs(value);
  if (unit === "x") return `${thousands(value, 2)}x`;
  if (unit === "ns" && size >= 1_000) return `${thousands(value / 1_000, 2)} us`;
  if (unit === "bytes" && size >= 1e6) return `${thousands(value / 1e6, 1)} MB`;
  if (unit === "bytes" && size >= 1e3) return `${thousands(value / 1e3, 2)} kB`;
  return `${thousands(value, size < 100 && !Number.isInteger(value) ? 1 : 0)} ${unit}`;
}

/** A median with its interval: `83 ns (81 to 86 ns)`. */
export function showSummary({ median, low, high }: Summary, unit: Unit | "x"): string {
  if (low === high) return show(median, unit);
  return `${show(median, unit)} (${show(low, unit)} to ${show(high, unit)})`;
}
