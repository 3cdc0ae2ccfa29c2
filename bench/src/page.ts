import type { Effort } from "./comparison.ts";
import { escapeHtml } from "./escape-html.ts";
import { type Figure, type Result, show, showSummary } from "./figures.ts";
import { isOurs } from "./names.ts";
import { words } from "./table.ts";
import type { Verdict } from "./verdict.ts";

/** The time and the machine of the figures. */
export interface Setting {
  readonly takenAt: string;
  readonly node: string;
  readonly cpu: string;
  /** `quick` figures mean nothing. */
  readonly effort: Effort;
}

const style = `
:root { color-scheme: light dark; --bar: #8ea4c8; --ours: #2f6fde; --ink: #222; --faint: #777; }
@media (prefers-color-scheme: dark) { :root { --bar: #5b6b86; --ours: #6fa0ff; --ink: #ddd; --faint: #999; } }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: var(--ink); }
h2 { margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
.row { display: grid; grid-template-columns: 19rem 1fr 15rem 4rem; gap: .6rem; align-items: center; margin: .15rem 0; }
.name { overflow-wrap: anywhere; }
.figure, td:last-child { font-variant-numeric: tabular-nums; white-space: nowrap; } .figure { color: var(--faint); }
.times { text-align: right; }
@media (max-width: 50rem) { .row { grid-template-columns: 1fr; margin-bottom: .5rem; } .times { text-align: left; } }
svg { width: 100%; height: 1.1rem; } .bar { fill: var(--bar); } .ours { fill: var(--ours); }
.spread { stroke: var(--ink); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
table { border-collapse: collapse; width: 100%; } td:first-child { white-space: nowrap; } td { border-top: 1px solid #8884; padding: .2rem .5rem .2rem 0; vertical-align: top; }
.missed { color: #c0392b; font-weight: 600; }
`;

/** A bar as long as the median, with a line from one end of its interval to the other. */
function bar({ contestant, median, low, high }: Figure, longest: number): string {
  const scale = (value: number): string => ((Math.min(value, longest) / longest) * 100).toFixed(2);
  // A crash has no length.
  if (!Number.isFinite(median)) return "<span></span>";
  const tone = isOurs(contestant) ? "bar ours" : "bar";
  const spread = `<line class="spread" x1="${scale(low)}" x2="${scale(high)}" y1="5" y2="5"/>`;
  return `<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="${tone}" width="${scale(median)}" height="10"/>${spread}</svg>`;
}

function row(figure: Figure, longest: number): string {
  const { contestant, unit, ratio } = figure;
  const times = ratio === undefined ? "" : show(ratio.median, "x");
  const figureText = `<span class="figure">${escapeHtml(showSummary(figure, unit))}</span><span class="figure times">${times}</span>`;
  return `<div class="row"><span class="name">${escapeHtml(contestant)}</span>${bar(figure, longest)}${figureText}</div>`;
}

function chart(job: string, figures: readonly Figure[]): string {
  const finite = figures.map(({ median, high }) => Math.max(median, high)).filter(Number.isFinite);
  const longest = Math.max(...finite, Number.MIN_VALUE);
  return `<h3>${escapeHtml(job)}</h3>${figures.map((figure) => row(figure, longest)).join("")}`;
}

function section({ name, title, figures }: Result): string {
  const jobs = [...new Set(figures.map(({ job }) => job))];
  const charts = jobs.map((job) =>
    chart(
      job,
      figures.filter((figure) => figure.job === job),
    ),
  );
  return `<section><h2 id="${name}">${escapeHtml(title)}</h2>${charts.join("")}</section>`;
}

function verdictRow({ target, measured, outcome }: Verdict): string {
  return `<tr><td class="${outcome}">${words[outcome]}</td><td>${escapeHtml(target.says)}</td><td>${escapeHtml(showSummary(measured, target.unit))}</td></tr>`;
}

/** The results as one page that loads no other file: bars by median, with the 95 % interval as a line. */
export function pageOf(setting: Setting, results: readonly Result[], verdicts: readonly Verdict[]): string {
  const { takenAt, node, cpu, effort } = setting;
  const facts = escapeHtml(`${takenAt}, Node ${node}, ${cpu}`);
  const banner = effort === "quick" ? '<p class="missed">A quick run: these figures mean nothing.</p>' : "";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Midguard side by side</title><style>${style}</style></head>
<body><h1>Midguard side by side</h1>${banner}<p>${facts}. Shorter is better, but for requests a second. At the right the multiple of the first of a block. The thin line is the interval of the median: it holds it with 95 %, or goes from the least to the largest of fewer than six figures.</p>
<h2>Targets</h2><table>${verdicts.map(verdictRow).join("")}</table>
${results.map(section).join("\n")}
</body></html>
`;
}
