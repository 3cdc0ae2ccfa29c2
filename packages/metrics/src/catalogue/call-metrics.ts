import { type CallMetricDefinition, named } from "./metric.ts";

/** The metrics of calls, which `measureCall` measures. */
export const callMetrics: readonly CallMetricDefinition[] = [
  {
    id: "dependencyLatency",
    names: named("DependencyLatency", "midguard.dependency.duration"),
    quantity: "duration",
    breakdown: "dependency",
    statistics: ["p99", "p50", "p90", "Average", "Maximum", "SampleCount"],
    value: "time that a call took, whether it succeeded or failed",
  },
];
