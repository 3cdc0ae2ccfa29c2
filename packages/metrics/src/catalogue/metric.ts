import type { MidguardEvent } from "@midguard/kernel";

/** The vocabularies that metrics can be named in. */
export const presets = ["application-signals", "api-gateway", "powertools", "otel"] as const;
export type Preset = (typeof presets)[number];

/** Metrics on the line of a request. */
type RequestMetricId =
  | "latency"
  | "eventLatency"
  | "fault"
  | "error"
  | "requests"
  | "batchItemFailures"
  | "timeout"
  | "coldStart"
  | "initDuration"
  | "memoryUsed";

/** Metrics of the calls that a handler makes. */
export type CallMetricId = "dependencyLatency";

/** Metrics that count what other packages publish. */
type EventMetricId =
  | "throttled"
  | "warmupPing"
  | "retryAttempts"
  | "retryExhausted"
  | "circuitOpened"
  | "circuitRejected";

/** What a metric measures. It is the same in every vocabulary, whatever the metric's name there. */
export type MetricId = RequestMetricId | CallMetricId | EventMetricId;

/** What a number counts in: milliseconds, bytes, or nothing. Each vocabulary has its own unit for it. */
export type Quantity = "duration" | "memory" | "count";

/**
 * What a metric is broken down by, beside the service. Those by route are emitted by service too, because the
 * percentiles of a service cannot be computed from those of its routes. `trigger` is the kind of an event that is no
 * API request.
 */
export type Breakdown = "route" | "trigger" | "service" | "dependency";

/** A statistic of CloudWatch. */
export type Statistic = "SampleCount" | "Sum" | "Average" | "Maximum" | "p50" | "p90" | "p99";

/** A metric in all vocabularies. */
export interface MetricDefinition {
  readonly id: MetricId;
  /** Its name in each vocabulary; `undefined` in one that does not have it. */
  readonly names: Readonly<Record<Preset, string | undefined>>;
  readonly quantity: Quantity;
  /** What there is a number of, as OpenTelemetry's unit of a count. */
  readonly noun?: string;
  readonly breakdown: Breakdown;
  /** The statistics that are of use, the first one to be drawn. */
  readonly statistics: readonly Statistic[];
  /** The value in words, for the README. */
  readonly value: string;
}

/** What a finished request is measured by. */
export interface RequestFacts {
  /** An API request, not the event of a queue, a stream or a schedule. */
  readonly isApi: boolean;
  readonly latencyMs: number;
  readonly isFault: boolean;
  readonly isError: boolean;
  /** Whether the function's timeout ended it, or is about to. */
  readonly isTimeout: boolean;
  /**
   * How long its environment took to start, in ms; `undefined` for all but the first request of one that was started
   * for it.
   */
  readonly initMs: number | undefined;
  /** The most memory that the process has had, in bytes; `undefined` unless `memory` is on. */
  readonly memoryBytes: number | undefined;
  /** How many records of a batch failed; `undefined` if the answer does not report it. */
  readonly batchItemFailures: number | undefined;
}

/** A metric on the line of a request. */
export interface RequestMetricDefinition extends MetricDefinition {
  readonly id: RequestMetricId;
  /** `undefined` leaves the metric off the line. */
  readonly valueOf: (request: RequestFacts, preset: Preset) => number | undefined;
}

/** A metric of calls. A line has a list of its values. */
export interface CallMetricDefinition extends MetricDefinition {
  readonly id: CallMetricId;
}

/** A metric that counts events. */
export interface EventMetricDefinition extends MetricDefinition {
  readonly id: EventMetricId;
  readonly eventType: MidguardEvent["type"];
  /** Which events of the type count, if not all: in code, and in words for the README. */
  readonly condition?: { readonly isMet: (event: MidguardEvent) => boolean; readonly words: string };
}

/** The names of a metric that only OpenTelemetry calls differently. */
export function named(name: string, otel: string): MetricDefinition["names"] {
  return { "application-signals": name, "api-gateway": name, powertools: name, otel };
}
