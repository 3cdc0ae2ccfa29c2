import { escapeHtml } from "../escape-html.ts";
import type { Figures } from "./figures.ts";
import type { Result } from "./table.ts";

const style = `
:root { color-scheme: light dark; --bar: #8ea4c8; --ours: #2f6fde; --ink: #222; --faint: #777; }
@media (prefers-color-scheme: dark) { :root { --bar: #5b6b86; --ours: #6fa0ff; --ink: #ddd; --faint: #999; } }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 78rem; margin: 2rem auto; padding: 0 1rem; color: var(--ink); }
h2 { font-size: 1.05rem; margin: 2rem 0 .4rem; }
.row { display: grid; grid-template-columns: 16rem repeat(4, 1fr); gap: 1rem; margin: .15rem 0; align-items: center; }
.head { color: var(--faint); } .cell { display: grid; grid-template-columns: 1fr 3.6rem; gap: .5rem; align-items: center; }
.figure { text-align: right; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: 1rem; } .bar { fill: var(--bar); } .ours { fill: var(--ours); } .track { fill: #8882; }
@media (max-width: 55rem) { .row { grid-template-columns: 1fr 1fr; margin-bottom: .6rem; } }
`;

interface Chart {
  readonly title: string;
  /** The figure that fills the bar. */
  readonly full: number;
  value(figures: Figures): number;
  show(figures: Figures): string;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const charts: readonly Chart[] = [
  {
    title: "answered in it",
    full: 1,
    value: ({ goodputIn }) => goodputIn,
    show: ({ goodputIn }) => percent(goodputIn),
  },
  {
    title: "answered after it",
    full: 1,
    value: ({ goodputAfter }) => goodputAfter,
    show: ({ goodputAfter }) => percent(goodputAfter),
  },
  {
    title: "recovery",
    full: 60,
    value: ({ recoveryS }) => recoveryS,
    show: ({ recoveryS }) => (recoveryS >= 60 ? "never" : `${recoveryS} s`),
  },
  {
    title: "calls a request in it",
    full: 4,
    value: ({ amplification }) => amplification,
    show: ({ amplification }) => amplification.toFixed(2),
  },
];

function cell(contestant: string, figures: Figures, { full, value, show }: Chart): string {
  const width = (Math.min(1, value(figures) / full) * 100).toFixed(1);
  const tone = contestant.startsWith("midguard") ? "bar ours" : "bar";
  const bar = `<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="10"/><rect class="${tone}" width="${width}" height="10"/></svg>`;
  return `<span class="cell">${bar}<span class="figure">${show(figures)}</span></span>`;
}

function section(scenario: string, results: readonly Result[]): string {
  const rows = results.map(({ contestant, figures }) => {
    const cells = charts.map((chart) => cell(contestant, figures, chart)).join("");
    return `<div class="row"><span>${escapeHtml(contestant)}</span>${cells}</div>`;
  });
  const head = charts.map(({ title }) => `<span>${title}</span>`).join("");
  return `<section><h2>${escapeHtml(scenario)}</h2><div class="row head"><span></span>${head}</div>${rows.join("\n")}</section>`;
}

/** The results as one page that loads no other file: four bars for each contestant in each scenario. */
export function pageOf(results: readonly Result[], seeds: number): string {
  const sections = [...Map.groupBy(results, ({ scenario }) => scenario)].map(([scenario, own]) =>
    section(scenario, own),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Overloads, outages, errors</title><style>${style}</style></head>
<body><h1>Overloads, outages, errors</h1>
<p>Simulated fleets of environments that call one server. Medians of ${seeds} seeds. Recovery: until 95 % of the requests are answered.</p>
${sections.join("\n")}
</body></html>
`;
}
