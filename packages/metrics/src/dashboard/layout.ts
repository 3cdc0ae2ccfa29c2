import type { MetricWidget, MetricWidgetProperties } from "./body.ts";

/** A dashboard has 24 columns. */
const columns = 24;

/** Widgets beside one another, equally wide. */
export interface WidgetRow {
  readonly height: number;
  readonly widgets: readonly MetricWidgetProperties[];
}

/** Gives each widget its place: the rows stand below one another, and none has a gap. */
export function layOut(rows: readonly WidgetRow[]): readonly MetricWidget[] {
  const placed: MetricWidget[] = [];
  let y = 0;
  for (const { height, widgets } of rows) {
    const width = columns / widgets.length;
    for (const [index, properties] of widgets.entries()) {
      placed.push({ type: "metric", x: index * width, y, width, height, properties });
    }
    y += height;
  }
  return placed;
}
