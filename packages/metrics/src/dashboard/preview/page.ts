import type { HorizontalAnnotation, MetricWidget } from "../body.ts";
import { chartOf, type DrawnLine } from "./chart.ts";
import { escaped, number } from "./format.ts";
import type { Line } from "./lines.ts";
import type { Timeline } from "./store.ts";
import { style } from "./style.ts";

/** A widget with what it shows. */
interface DrawnWidget {
  readonly widget: MetricWidget;
  readonly lines: readonly (Line & DrawnLine)[];
  readonly timeline: Timeline;
}

/** What stands on a page. */
export interface Page {
  readonly title: string;
  /** What the page was made from. */
  readonly origin: string;
  readonly note: string;
  readonly widgets: readonly DrawnWidget[];
}

/** Pixels of a column and of a row of the grid. */
const cell = { width: 58, height: 40 } as const;

function legendOf(lines: readonly DrawnLine[], annotations: readonly HorizontalAnnotation[]): string {
  const item = (kind: string, color: string, label: string): string =>
    `<li><i class="${kind}" style="border-color:${color}"></i>${escaped(label)}</li>`;
  const items = [
    ...lines.map(({ label, color }) => item("solid", color, label)),
    ...annotations.map(({ label, color }) => item("dashed", color, label)),
  ];
  return `<ul class="legend">${items.join("")}</ul>`;
}

function graphOf({ widget: { width, height, properties }, lines, timeline }: DrawnWidget): string {
  const shown = lines.filter(({ points }) => points.some((point) => point !== undefined));
  if (shown.length === 0) return `<p class="empty">no data in this log</p>`;
  const annotations = properties.annotations?.horizontal ?? [];
  const chart = chartOf({
    lines: shown,
    axis: properties.yAxis?.left ?? { label: "", showUnits: false },
    annotations,
    timeline,
    width: width * cell.width,
    height: height * cell.height - 40,
  });
  return chart + legendOf(shown, annotations);
}

function valuesOf({ lines }: DrawnWidget): string {
  const values = lines.map(({ label, points: [point] }) => {
    const shown = point === undefined ? "–" : number(point);
    return `<div class="value"><b>${shown}</b><span>${escaped(label)}</span></div>`;
  });
  return `<div class="values">${values.join("")}</div>`;
}

function widgetOf(drawn: DrawnWidget): string {
  const { x, y, width, height, properties } = drawn.widget;
  const place = `grid-column:${x + 1} / span ${width};grid-row:${y + 1} / span ${height}`;
  const content = properties.view === "singleValue" ? valuesOf(drawn) : graphOf(drawn);
  return `<article style="${place}"><h2>${escaped(properties.title)}</h2>${content}</article>`;
}

/** A page of HTML that needs no other file. */
export function pageOf({ title, origin, note, widgets }: Page): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${style}</style>
<header><h1>${escaped(title)}</h1><p>${escaped(origin)}</p></header>
<main>${widgets.map(widgetOf).join("\n")}</main>
<footer><p>${escaped(note)}</p></footer>
</html>
`;
}
