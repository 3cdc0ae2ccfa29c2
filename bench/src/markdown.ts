import { type Figure, type Result, show } from "./figures.ts";
import { isOurs } from "./names.ts";
import type { Verdict } from "./verdict.ts";

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A median, with its multiple of the base if it has one: `91 ns, 2.1x`. */
function short({ median, unit, ratio }: Figure): string {
  return ratio === undefined ? show(median, unit) : `${show(median, unit)}, ${show(ratio.median, "x")}`;
}

function row(job: string, figures: readonly Figure[]): readonly string[] {
  const isBase = ({ contestant }: Figure): boolean => figures.some(({ base }) => base === contestant);
  const named = (figure: Figure): string => `${figure.contestant} ${short(figure)}`;
  const others = figures.filter((figure) => !isBase(figure));
  const ours = others.filter(({ contestant }) => isOurs(contestant));
  const oursText = ours.map((figure) => (ours.length === 1 ? short(figure) : named(figure)));
  const peers = others.filter(({ contestant }) => !isOurs(contestant)).map(named);
  return [job, figures.filter(isBase).map(named).join(", "), oursText.join("; "), peers.join("; ")];
}

/** The two tables of bench/README.md: targets, and every job on a line. */
export function markdownOf(results: readonly Result[], verdicts: readonly Verdict[]): string {
  const targets = verdicts.map(({ target, measured, outcome }) => [
    target.says,
    show(measured.median, target.unit),
    outcome,
  ]);
  const jobs = results.flatMap(({ figures }) =>
    [...new Set(figures.map(({ job }) => job))].map((job) =>
      row(
        job,
        figures.filter((figure) => figure.job === job),
      ),
    ),
  );
  return `${table(["target", "measured", ""], targets)}\n\n${table(["job", "base", "Midguard", "others"], jobs)}\n`;
}
