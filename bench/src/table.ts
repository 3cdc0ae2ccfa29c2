import { type Figure, type Result, show, showSummary } from "./figures.ts";
import type { Verdict } from "./verdict.ts";

function padded(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

function line(figure: Figure): readonly string[] {
  const { contestant, unit, ratio, over } = figure;
  return [
    `  ${contestant}`,
    showSummary(figure, unit),
    ratio === undefined ? "" : showSummary(ratio, "x"),
    over === undefined ? "" : `${over.median < 0 ? "" : "+"}${show(over.median, unit)}`,
  ];
}

/** A comparison as a table for the terminal: a block for each job, its base first. */
export function tableOf({ name, title, figures }: Result): string {
  const jobs = [...new Set(figures.map(({ job }) => job))];
  const rows = figures.map(line);
  const lines = padded([["", "median (interval)", "times base", "over base"], ...rows]);
  const [head = "", ...body] = lines;
  const blocks = jobs.flatMap((job) => [job, ...body.filter((_, index) => figures[index]?.job === job)]);
  return [`${name}: ${title}`, head, ...blocks].join("\n");
}

/** An outcome in words. */
export const words: Readonly<Record<Verdict["outcome"], string>> = { held: "held", close: "close", missed: "MISSED" };

/** The targets with their outcomes. */
export function verdictsOf(verdicts: readonly Verdict[]): string {
  return padded(
    verdicts.map(({ target, measured, outcome }) => [
      `${words[outcome].padEnd(8)}${target.says}`,
      showSummary(measured, target.unit),
    ]),
  ).join("\n");
}
