import type { MetricRow, MetricRowOptions, MetricWidgetProperties } from "./body.ts";
import type { ResolvedDashboard } from "./options.ts";
import { expressionRow, metricRow } from "./rows.ts";
import { metricOf } from "./service.ts";

/** What is written of a widget; the rest is the same for all. */
export type Draft = Pick<MetricWidgetProperties, "title" | "metrics" | "annotations"> & {
  /** The unit at the axis. */
  readonly unit: string;
  readonly max?: number;
  /** Whether the axis begins at 0. @default true */
  readonly fromZero?: boolean;
};

/** A graph over time. */
export function graph({ region, periodSeconds }: ResolvedDashboard, draft: Draft): MetricWidgetProperties {
  const { title, metrics, unit, max, fromZero = true, annotations } = draft;
  const left = {
    label: unit,
    showUnits: false,
    ...(fromZero && { min: 0 }),
    ...(max !== undefined && { max }),
  } as const;
  return {
    title,
    region,
    view: "timeSeries",
    metrics,
    stat: "Sum",
    period: periodSeconds,
    yAxis: { left },
    ...(annotations && { annotations }),
    legend: { position: "bottom" },
  };
}

/** One number of the whole time range. */
export function singleValue(
  { region, periodSeconds }: ResolvedDashboard,
  title: string,
  metrics: readonly MetricRow[],
): MetricWidgetProperties {
  return {
    title,
    region,
    view: "singleValue",
    metrics,
    stat: "Sum",
    period: periodSeconds,
    setPeriodToTimeRange: true,
  };
}

/** The unit of durations, as it stands at an axis, and an objective in it. */
export function durationsIn({ service, sloLatencyMs }: ResolvedDashboard): {
  unit: string;
  objective: number | undefined;
} {
  const { name, divisor } = service.catalogue.vocabulary.units.duration;
  return {
    unit: name === "Seconds" ? "s" : "ms",
    objective: sloLatencyMs === undefined ? undefined : sloLatencyMs / divisor,
  };
}

/** An expression of a metric that is 0 or 1 for each request: its average is a share of the requests. */
export function shareRows(
  { service }: ResolvedDashboard,
  id: "fault" | "error",
  expression: string,
  options: MetricRowOptions,
): readonly MetricRow[] {
  return [
    metricRow(service, metricOf(service, id), { id, stat: "Average", visible: false }),
    expressionRow(expression, options),
  ];
}

/** The number of requests: `Fault` has a value, 0 or 1, of each, in every vocabulary. */
export function requestsRow(
  { service }: ResolvedDashboard,
  options: { readonly label?: string; readonly visible?: false },
): MetricRow {
  return metricRow(service, metricOf(service, "fault"), { id: "requests", stat: "SampleCount", ...options });
}
