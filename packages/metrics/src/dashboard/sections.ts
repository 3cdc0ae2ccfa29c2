import type { Statistic } from "../catalogue/metric.ts";
import type { MetricRow, MetricWidgetProperties } from "./body.ts";
import { colors } from "./colors.ts";
import type { WidgetRow } from "./layout.ts";
import type { ResolvedDashboard } from "./options.ts";
import { breakdownRows, countRows, expressionRow, metricRow } from "./rows.ts";
import { type CommonMetricId, latenciesOf, metricOf } from "./service.ts";
import { durationsIn, graph, requestsRow, shareRows, singleValue } from "./widgets.ts";

/** The same percentile has the same colour everywhere. */
const shades = { p50: colors.good, p90: colors.typical, p99: colors.slow } as const;

const countColors: Readonly<Record<string, { readonly color: string }>> = {
  coldStart: { color: colors.typical },
  timeout: { color: colors.fault },
  throttled: { color: colors.error },
};

/** Counts of the service as a whole, one line each. */
function counts({ service }: ResolvedDashboard, labels: Partial<Record<CommonMetricId, string>>): readonly MetricRow[] {
  return Object.entries(labels).flatMap(([id, label]) =>
    countRows(service, metricOf(service, id as CommonMetricId), { id, label, ...countColors[id] }),
  );
}

/** Metrics by route or dependency. A sum of what happens seldom is a count. */
function byEach(
  { service, periodSeconds: period, routes, dependencies }: ResolvedDashboard,
  of: "routes" | "dependencies",
  stat: Statistic,
  suffixes: Partial<Record<CommonMetricId, string>>,
): readonly MetricRow[] {
  const values = of === "routes" ? routes : dependencies;
  return Object.entries(suffixes).flatMap(([id, suffix]) => {
    const metric = metricOf(service, id as CommonMetricId);
    const isCount = stat === "Sum" && of === "dependencies";
    return breakdownRows(service, { metric, stat, period, suffix, isCount }, values);
  });
}

/** Numbers of the whole time range. */
function headline(board: ResolvedDashboard): WidgetRow {
  const { unit } = durationsIn(board);
  const latencies = latenciesOf(board.service).map((metric) => {
    const label = metric.id === "latency" ? unit : `${unit}, events`;
    return metricRow(board.service, metric, { stat: "p99", label });
  });
  return {
    height: 4,
    widgets: [
      singleValue(board, "Requests", [requestsRow(board, { label: "requests" })]),
      singleValue(
        board,
        "Fault rate",
        shareRows(board, "fault", "100 * fault", { label: "% of requests", color: colors.fault }),
      ),
      singleValue(board, "Latency p99", latencies),
      singleValue(board, "Cold starts", [
        metricRow(board.service, metricOf(board.service, "coldStart"), { stat: "Sum", label: "cold starts" }),
      ]),
    ],
  };
}

function latency(board: ResolvedDashboard): MetricWidgetProperties {
  const { unit, objective } = durationsIn(board);
  const metrics = latenciesOf(board.service).flatMap((metric) =>
    (["p50", "p90", "p99"] as const).map((stat) => {
      const isOfApi = metric.id === "latency";
      const label = isOfApi ? stat : `events ${stat}`;
      return metricRow(board.service, metric, { stat, label, ...(isOfApi && { color: shades[stat] }) });
    }),
  );
  const line = { label: `objective of p99: ${objective} ${unit}`, value: objective ?? 0, color: colors.objective };
  return graph(board, {
    title: "Latency of requests",
    unit,
    metrics,
    ...(objective !== undefined && { annotations: { horizontal: [line] } }),
  });
}

function availability(board: ResolvedDashboard): MetricWidgetProperties {
  const value = Number((board.sloAvailability * 100).toFixed(4));
  return graph(board, {
    title: "Availability",
    unit: "%",
    max: 100,
    fromZero: false,
    metrics: shareRows(board, "fault", "100 * (1 - fault)", { label: "available", color: colors.good }),
    annotations: { horizontal: [{ label: `objective: ${value} %`, value, color: colors.objective }] },
  });
}

/** What clients get. */
function service(board: ResolvedDashboard): WidgetRow {
  const perSecond = expressionRow("requests / PERIOD(requests)", {
    label: "requests per second",
    color: colors.typical,
  });
  return {
    height: 7,
    widgets: [
      graph(board, { title: "Requests", unit: "1/s", metrics: [requestsRow(board, { visible: false }), perSecond] }),
      latency(board),
      graph(board, {
        title: "Faults and errors",
        unit: "%",
        metrics: [
          ...shareRows(board, "fault", "100 * fault", { label: "faults (5xx)", color: colors.fault }),
          ...shareRows(board, "error", "100 * error", { label: "errors (4xx)", color: colors.error }),
        ],
      }),
      availability(board),
    ],
  };
}

function routes(board: ResolvedDashboard): WidgetRow {
  const { unit } = durationsIn(board);
  return {
    height: 7,
    widgets: [
      graph(board, { title: "Slowest routes, p99", unit, metrics: byEach(board, "routes", "p99", { latency: "" }) }),
      graph(board, {
        title: "Busiest routes",
        unit: "requests",
        metrics: byEach(board, "routes", "SampleCount", { fault: "" }),
      }),
      graph(board, {
        title: "Routes with faults",
        unit: "faults",
        metrics: byEach(board, "routes", "Sum", { fault: "" }),
      }),
    ],
  };
}

/** What happens to requests and environments before the handler. */
function environments(board: ResolvedDashboard): WidgetRow {
  const { unit } = durationsIn(board);
  const init = (["p50", "p99"] as const).map((stat) =>
    metricRow(board.service, metricOf(board.service, "initDuration"), { stat, label: stat, color: shades[stat] }),
  );
  return {
    height: 6,
    widgets: [
      graph(board, {
        title: "Cold starts and timeouts",
        unit: "count",
        metrics: counts(board, { coldStart: "cold starts", timeout: "timeouts" }),
      }),
      graph(board, { title: "Time to initialise", unit, metrics: init }),
      graph(board, {
        title: "Throttled requests and failed records",
        unit: "count",
        metrics: counts(board, { throttled: "requests throttled", batchItemFailures: "records failed" }),
      }),
      graph(board, { title: "Warm-up", unit: "pings", metrics: counts(board, { warmupPing: "pings" }) }),
    ],
  };
}

/** The calls that the handler makes. */
function dependencies(board: ResolvedDashboard): WidgetRow {
  const { unit } = durationsIn(board);
  const each = (suffixes: Partial<Record<CommonMetricId, string>>) => byEach(board, "dependencies", "Sum", suffixes);
  return {
    height: 6,
    widgets: [
      graph(board, {
        title: "Latency of dependencies, p99",
        unit,
        metrics: byEach(board, "dependencies", "p99", { dependencyLatency: "" }),
      }),
      graph(board, {
        title: "Retries",
        unit: "count",
        metrics: each({ retryAttempts: ": retries", retryExhausted: ": given up" }),
      }),
      graph(board, {
        title: "Circuits",
        unit: "count",
        metrics: each({ circuitOpened: ": opened", circuitRejected: ": rejected calls" }),
      }),
    ],
  };
}

/** The rows of a dashboard, from what is looked at first to what explains it. */
export const sections: readonly ((board: ResolvedDashboard) => WidgetRow)[] = [
  headline,
  service,
  routes,
  environments,
  dependencies,
];
