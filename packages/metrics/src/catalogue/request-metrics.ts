import { named, type RequestMetricDefinition } from "./metric.ts";

/**
 * The metrics of a request.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AppSignals-MetricsCollected.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 * @see https://opentelemetry.io/docs/specs/semconv/faas/faas-metrics/
 */
export const requestMetrics: readonly RequestMetricDefinition[] = [
  {
    id: "latency",
    names: { ...named("Latency", "http.server.request.duration"), powertools: "latency" },
    quantity: "duration",
    breakdown: "route",
    statistics: ["p99", "p50", "p90", "Average", "Maximum", "SampleCount"],
    value: "time from the start of the request to its end",
    valueOf: ({ latencyMs, isApi }, preset) => (isApi || preset !== "otel" ? latencyMs : undefined),
  },
  {
    id: "eventLatency",
    names: {
      "application-signals": undefined,
      "api-gateway": undefined,
      powertools: undefined,
      otel: "faas.invoke_duration",
    },
    quantity: "duration",
    breakdown: "trigger",
    statistics: ["p99", "p50", "p90", "Average", "Maximum", "SampleCount"],
    value: "the same for an event that is no API request",
    valueOf: ({ latencyMs, isApi }) => (isApi ? undefined : latencyMs),
  },
  {
    id: "fault",
    names: { ...named("Fault", "midguard.request.faults"), "api-gateway": "5XXError", powertools: "fault" },
    quantity: "count",
    noun: "request",
    breakdown: "route",
    statistics: ["Average", "Sum"],
    value: "1 for a 5xx, no answer or a batch that failed as a whole, else 0",
    valueOf: ({ isFault }) => (isFault ? 1 : 0),
  },
  {
    id: "error",
    names: { ...named("Error", "midguard.request.errors"), "api-gateway": "4XXError", powertools: "error" },
    quantity: "count",
    noun: "request",
    breakdown: "route",
    statistics: ["Average", "Sum"],
    value: "1 for a 4xx, else 0",
    valueOf: ({ isError }) => (isError ? 1 : 0),
  },
  {
    id: "requests",
    names: { "application-signals": undefined, "api-gateway": "Count", powertools: undefined, otel: undefined },
    quantity: "count",
    noun: "request",
    breakdown: "route",
    statistics: ["Sum"],
    value: "1",
    valueOf: () => 1,
  },
  {
    id: "batchItemFailures",
    names: named("BatchItemFailures", "midguard.batch.item_failures"),
    quantity: "count",
    noun: "record",
    breakdown: "trigger",
    statistics: ["Sum"],
    value: "records that Lambda will deliver again, if the answer has `batchItemFailures`",
    valueOf: ({ batchItemFailures }) => batchItemFailures,
  },
  {
    id: "timeout",
    names: named("Timeout", "faas.timeouts"),
    quantity: "count",
    noun: "timeout",
    breakdown: "trigger",
    statistics: ["Sum"],
    value: "1 if the function's timeout ends the request, else absent",
    valueOf: ({ isTimeout }) => (isTimeout ? 1 : undefined),
  },
  {
    id: "coldStart",
    names: named("ColdStart", "faas.coldstarts"),
    quantity: "count",
    noun: "coldstart",
    breakdown: "trigger",
    statistics: ["Sum"],
    value: "1 for the first request that an environment serves on demand, absent from all others",
    valueOf: ({ initMs }) => (initMs === undefined ? undefined : 1),
  },
  {
    id: "initDuration",
    names: named("InitDuration", "faas.init_duration"),
    quantity: "duration",
    breakdown: "trigger",
    statistics: ["p99", "p50", "p90", "Average", "Maximum"],
    value: "with `ColdStart`: time from the start of the process to the call of `metrics()`",
    valueOf: ({ initMs }) => initMs,
  },
  {
    id: "memoryUsed",
    names: named("MemoryUsed", "faas.mem_usage"),
    quantity: "memory",
    breakdown: "trigger",
    statistics: ["Maximum", "p50", "p90", "p99", "Average"],
    value: "with the option `memory`: the most memory that the process has had so far",
    valueOf: ({ memoryBytes }) => memoryBytes,
  },
];
