import { readOptions, text, wholeNumber } from "@midguard/kernel/internal";
import type { DashboardBody, MetricWidget } from "../body.ts";
import { type Datapoint, readLog } from "./datapoints.ts";
import { number } from "./format.ts";
import { linesOf } from "./lines.ts";
import { pageOf } from "./page.ts";
import { createPaint } from "./palette.ts";
import { boundsOf, createStore, type Timeline, timelineOf } from "./store.ts";

/** Options of `preview()`. */
export interface PreviewOptions {
  /** Stands above the page. @default "Preview" */
  readonly title?: string | undefined;
  /**
   * Seconds that a point of a graph covers. CloudWatch has none shorter than a minute of metrics like these.
   * @default - the shortest of 1, 5, 15 and 60 minutes that gives no more than 240 points
   */
  readonly periodSeconds?: number | undefined;
}

/** As CloudWatch takes them if a longer time is shown. */
const periods = [60, 300, 900, 3_600];
const mostPoints = 240;

function periodFor(datapoints: readonly Datapoint[]): number {
  const [first, last] = boundsOf(datapoints);
  const seconds = (last - first) / 1_000;
  return periods.find((period) => seconds / period <= mostPoints) ?? 86_400;
}

/** The metrics of the dashboard that the log must have some of: those of its widgets that name one. */
function isShown({ widgets }: DashboardBody, { namespace, dimensions }: Datapoint): boolean {
  const rows = widgets.flatMap(({ properties }) => properties.metrics);
  return rows.some(
    ([of, , dimension, value]) =>
      of === namespace && dimensions.get(String(dimension)) === value && value !== undefined,
  );
}

/** What a log has metrics of, for an error. */
function contentsOf(datapoints: readonly Datapoint[]): string {
  const found = new Set(
    datapoints.map(({ namespace, dimensions }) => {
      const [name, value] = [...dimensions][0] ?? [];
      return name === undefined ? namespace : `${namespace} with ${name} ${value}`;
    }),
  );
  return found.size === 0 ? "none at all" : [...found].slice(0, 5).join(", ");
}

function utc(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 16).replace("T", " ");
}

const units = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
] as const;

/** A period in its largest unit: 5 min. */
function duration(seconds: number): string {
  const [size, unit] = units.find(([each]) => seconds % each === 0) as (typeof units)[number];
  return `${seconds / size} ${unit}`;
}

/** A number of lines. */
function lineCount(lines: number): string {
  return `${number(lines)} ${lines === 1 ? "line" : "lines"}`;
}

/**
 * Draws a dashboard from a recorded log of EMF lines, as CloudWatch would show it: a page of HTML with SVG that needs
 * no other file. Statistics and percentiles are computed from the values of each period.
 *
 * @param body - A body that `dashboard()` has made.
 * @param log - Lines of a log. What stands before the JSON of a line does not matter, nor do lines that are not EMF.
 * @throws TypeError or RangeError for a wrong option, and if the log has no metrics of the dashboard.
 *
 * @example
 * const body = dashboard({ namespace: "Shop", service: "orders", region: "eu-west-1" });
 * const html = preview(body, readFileSync("log.txt", "utf8"));
 */
export function preview(body: DashboardBody, log: string, options: PreviewOptions = {}): string {
  const rules = { title: text, periodSeconds: wholeNumber({ min: 1, max: 86_400 }) };
  const { title, periodSeconds } = readOptions("preview", options, rules, { title: "Preview" });
  const { datapoints, lines, unreadable } = readLog(log);
  const shown = datapoints.filter((datapoint) => isShown(body, datapoint));
  if (shown.length === 0) {
    throw new RangeError(`preview: the log has no metrics of the dashboard. It has ${contentsOf(datapoints)}`);
  }
  const seconds = periodSeconds ?? periodFor(shown);
  const timeline = timelineOf(shown, seconds * 1_000);
  const [first, last] = boundsOf(shown);
  // Everything is one period.
  const whole: Timeline = { start: first, periodMs: last - first + 1, length: 1 };
  const store = createStore(shown);
  const paint = createPaint();
  const drawn = body.widgets.map((widget: MetricWidget) => {
    const time = widget.properties.setPeriodToTimeRange ? whole : timeline;
    const found = linesOf(widget.properties, store, time);
    const colors = paint(found);
    return { widget, timeline: time, lines: found.map((line, index) => ({ ...line, color: colors[index] as string })) };
  });
  const skipped = unreadable === 0 ? "" : `, ${lineCount(unreadable)} could not be read`;
  return pageOf({
    title,
    origin: `${utc(first)} to ${utc(last).slice(-5)} UTC · one point is ${duration(seconds)} · ${lineCount(lines)} of EMF${skipped}`,
    note: "Drawn from a recorded log by midguard. CloudWatch draws the same dashboard from the metrics that it stores.",
    widgets: drawn,
  });
}
