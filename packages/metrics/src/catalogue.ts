import type { MidguardEvent } from "@midguard/kernel";

/** Sets of dimensions as EMF has them: a metric is emitted once for each set. */
export type DimensionSets = readonly (readonly ("service" | "route" | "dependency")[])[];

export const byService: DimensionSets = [["service"]];
/** Twice, because the percentiles of a service cannot be computed from those of its routes. */
export const byServiceAndRoute: DimensionSets = [["service", "route"], ["service"]];
export const byServiceAndDependency: DimensionSets = [["service", "dependency"]];

/** What every metric has. */
export interface Metric {
  readonly name: string;
  readonly unit: "Milliseconds" | "Count";
  readonly dimensions: DimensionSets;
  /** The value in words, for the README. */
  readonly value: string;
}

/** What a finished request is measured by. */
interface RequestFacts {
  readonly latencyMs: number;
  readonly isFault: boolean;
  readonly isError: boolean;
  /** Whether it is the first request of its environment. */
  readonly isColdStart: boolean;
  /** How many records of a batch failed; `undefined` if the answer does not report it. */
  readonly batchItemFailures: number | undefined;
}

/** A metric on the line of a request. */
export interface RequestMetric extends Metric {
  /** `undefined` leaves the metric off the line. */
  readonly valueOf: (request: RequestFacts) => number | undefined;
}

/** A metric that counts events. */
export interface EventMetric extends Metric {
  readonly eventType: MidguardEvent["type"];
  /** Which events of the type count, if not all: in code, and in words for the README. */
  readonly condition?: { readonly isMet: (event: MidguardEvent) => boolean; readonly words: string };
}

/**
 * The metrics of a request, in the vocabulary of Application Signals.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AppSignals-MetricsCollected.html
 */
export const requestMetrics: readonly RequestMetric[] = [
  {
    name: "Latency",
    unit: "Milliseconds",
    dimensions: byServiceAndRoute,
    value: "time from the start of the request to its end",
    valueOf: ({ latencyMs }) => latencyMs,
  },
  {
    name: "Fault",
    unit: "Count",
    dimensions: byServiceAndRoute,
    value: "1 for a 5xx, no answer or a batch that failed as a whole, else 0",
    valueOf: ({ isFault }) => (isFault ? 1 : 0),
  },
  {
    name: "Error",
    unit: "Count",
    dimensions: byServiceAndRoute,
    value: "1 for a 4xx, else 0",
    valueOf: ({ isError }) => (isError ? 1 : 0),
  },
  {
    name: "BatchItemFailures",
    unit: "Count",
    dimensions: byServiceAndRoute,
    value: "records that Lambda will deliver again, if the answer has `batchItemFailures`",
    valueOf: ({ batchItemFailures }) => batchItemFailures,
  },
  {
    name: "ColdStart",
    unit: "Count",
    dimensions: byServiceAndRoute,
    value: "1 for the first request that an environment serves on demand, absent from all others",
    valueOf: ({ isColdStart }) => (isColdStart ? 1 : undefined),
  },
];

/** The metrics that count what other packages publish. */
export const eventMetrics: readonly EventMetric[] = [
  {
    name: "Throttled",
    unit: "Count",
    dimensions: byService,
    value: "requests that a rate limit rejected",
    eventType: "rate_limit.exceeded",
    condition: {
      isMet: (event) => event.type === "rate_limit.exceeded" && !event.dryRun,
      words: "except in a dry run",
    },
  },
  {
    name: "WarmupPing",
    unit: "Count",
    dimensions: byService,
    value: "warm-up pings",
    eventType: "warmup.pinged",
  },
  {
    name: "RetryAttempts",
    unit: "Count",
    dimensions: byServiceAndDependency,
    value: "retries, without first attempts",
    eventType: "retry.scheduled",
  },
  {
    name: "RetryExhausted",
    unit: "Count",
    dimensions: byServiceAndDependency,
    value: "calls that still failed when no further retry was allowed",
    eventType: "retry.exhausted",
    condition: {
      isMet: (event) =>
        event.type === "retry.exhausted" && event.reason !== "not-retryable" && event.reason !== "aborted",
      words: "except if the failure is not retryable or the caller aborted",
    },
  },
  {
    name: "CircuitOpened",
    unit: "Count",
    dimensions: byServiceAndDependency,
    value: "times that a circuit opened",
    eventType: "circuit.opened",
  },
  {
    name: "CircuitRejected",
    unit: "Count",
    dimensions: byServiceAndDependency,
    value: "calls that an open circuit rejected",
    eventType: "circuit.rejected",
  },
];

/** Names that our lines use, so that no default dimension and no property of the user's can have them. */
export const reservedNames: ReadonlySet<string> = new Set([
  ...[...requestMetrics, ...eventMetrics].flatMap(({ name, dimensions }) => [name, ...dimensions.flat()]),
  "requestId",
  "statusCode",
]);
