/**
 * The body of a CloudWatch dashboard, as far as dashboards of ours use it.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export interface DashboardBody {
  /** How far back the dashboard shows data when it is opened, as ISO 8601: `-PT3H`. */
  readonly start: string;
  /** `auto`: periods grow with the time range that is shown. */
  readonly periodOverride: "auto" | "inherit";
  readonly widgets: readonly MetricWidget[];
}

/** A widget's place on the grid of 24 columns. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A graph or a number. */
export interface MetricWidget extends Place {
  readonly type: "metric";
  readonly properties: MetricWidgetProperties;
}

/** What a graph or a number shows. */
export interface MetricWidgetProperties {
  readonly title: string;
  readonly region: string;
  readonly view: "timeSeries" | "singleValue";
  readonly metrics: readonly MetricRow[];
  /** Of metrics that do not have their own. */
  readonly stat: string;
  /** In seconds. */
  readonly period: number;
  readonly stacked?: boolean;
  /** One number of the whole time range, instead of the latest period. */
  readonly setPeriodToTimeRange?: boolean;
  readonly yAxis?: { readonly left: YAxis };
  readonly annotations?: { readonly horizontal: readonly HorizontalAnnotation[] };
  readonly legend?: { readonly position: "bottom" | "right" | "hidden" };
}

/** The axis of values. */
export interface YAxis {
  readonly label: string;
  readonly showUnits: false;
  readonly min?: number;
  readonly max?: number;
}

/** A line at a value. */
export interface HorizontalAnnotation {
  readonly label: string;
  readonly value: number;
  readonly color: string;
}

/** Namespace, metric and dimensions with their options at the end; or options alone, if they have an expression. */
export type MetricRow = readonly (string | MetricRowOptions)[];

/** How a metric or an expression is shown. */
export interface MetricRowOptions {
  /** Expressions refer to it. */
  readonly id?: string;
  readonly expression?: string;
  readonly label?: string;
  readonly stat?: string;
  readonly color?: string;
  readonly visible?: false;
}
