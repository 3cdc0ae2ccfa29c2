import type { EmfOutput } from "@aws-lambda-powertools/metrics/types";
import type { Request } from "@middy/core";
import {
  callback,
  flag,
  list,
  oneOf,
  type Rule,
  readOptions,
  refuse,
  shape,
  text,
  wholeNumber,
} from "@midguard/kernel/internal";
import { type Preset, presets } from "./catalogue/metric.ts";
import { isDimensionValue, isNamespace } from "./emf/limits.ts";
import type { Sink } from "./record.ts";

/** A Powertools `Metrics`, by its shape: an instance of another copy of the class is as good. */
export interface PowertoolsMetrics {
  singleMetric(): { serializeMetrics(): EmfOutput };
}

/** Options of `metrics()`. All are optional if the environment variables give the namespace and the service. */
export interface MetricsOptions<TEvent = unknown> {
  /**
   * Namespace of the metrics.
   * @default that of `defaultsFrom`, else POWERTOOLS_METRICS_NAMESPACE, read with the first line
   */
  namespace?: string | undefined;
  /**
   * The `service` dimension.
   * @default that of `defaultsFrom`, else POWERTOOLS_SERVICE_NAME, read with the first line
   */
  service?: string | undefined;
  /**
   * The vocabulary of metrics and dimensions: that of Application Signals (`Latency`, `Fault`, `Error`), of API Gateway
   * (`Latency`, `5XXError`, `4XXError`, `Count`), of Powertools' event handler (`latency`, `fault`, `error`) or of
   * OpenTelemetry (`http.server.request.duration`, in seconds).
   * @default "application-signals"
   */
  names?: Preset | undefined;
  /**
   * A Powertools `Metrics` of yours. Its namespace, service and default dimensions are used, read with the first line.
   * Nothing is emitted through it.
   */
  defaultsFrom?: PowertoolsMetrics | undefined;
  /**
   * Names the route if the API has no template, or only one like `ANY /{proxy+}`. Return a name out of a small set, never
   * the raw path; `undefined` means the default. Synchronous.
   * @default the template, else the origin of the event, else `UNMATCHED`
   */
  route?: ((event: TEvent) => string | undefined) | undefined;
  /** Distinct routes of one environment; later ones become `OTHER`. @default 100 */
  maxRoutes?: number | undefined;
  /**
   * Whether the line of an environment's first request has `ColdStart`, `InitDuration` and `initializationType`.
   * @default true
   */
  coldStart?: boolean | undefined;
  /** Whether the line of each request has `MemoryUsed`. @default false */
  memory?: boolean | undefined;
  /**
   * Where measurements go beside EMF: `otelSink()` of `@midguard/metrics/otel`.
   * @default none
   */
  sinks?: readonly Sink[] | undefined;
  /** Whether lines of EMF are emitted. Without them there must be `sinks`. @default true */
  emf?: boolean | undefined;
  /**
   * Fields to find the request's line by in Logs Insights, a tenant for instance. They are not metrics, so they cost only
   * their bytes. Synchronous.
   */
  properties?: ((request: Request<TEvent>) => Record<string, string | number>) | undefined;
}

/** Options after checking, with their defaults. */
export interface ResolvedOptions<TEvent> {
  readonly namespace: string | undefined;
  readonly service: string | undefined;
  readonly names: Preset;
  readonly defaultsFrom: PowertoolsMetrics | undefined;
  readonly route: MetricsOptions<TEvent>["route"];
  readonly maxRoutes: number;
  readonly coldStart: boolean;
  readonly memory: boolean;
  readonly sinks: readonly Sink[];
  readonly emf: boolean;
  readonly properties: MetricsOptions<TEvent>["properties"];
}

function textThat(wanted: string, isValid: (value: unknown) => boolean): Rule<string> {
  return (name, value) => (isValid(text(name, value)) ? (value as string) : refuse(RangeError, name, wanted, value));
}

const sinkShape = shape<Sink>({ emitRequest: callback(), emitEvents: callback() }, "a sink");
const noSinks: readonly Sink[] = [];

const sinks: Rule<readonly Sink[]> = (name, value) =>
  list<Sink>()(name, value).map((sink, index) => sinkShape(`${name}[${index}]`, sink));

/** Checks the options and fills in the defaults. */
export function resolveOptions<TEvent>(options: MetricsOptions<TEvent>): ResolvedOptions<TEvent> {
  const resolved = checked(options);
  if (!resolved.emf && resolved.sinks.length === 0) {
    refuse(RangeError, "metrics: sinks", "a list of at least one if emf is false", resolved.sinks);
  }
  return resolved;
}

function checked<TEvent>(options: MetricsOptions<TEvent>): ResolvedOptions<TEvent> {
  return readOptions(
    "metrics",
    options,
    {
      namespace: textThat("1 to 255 of A-Z a-z 0-9 . _ - # / : and space, and not start with : or AWS/", isNamespace),
      service: textThat("1 to 1024 printable ASCII characters", isDimensionValue),
      names: oneOf(...presets),
      defaultsFrom: shape<PowertoolsMetrics>({ singleMetric: callback() }),
      route: callback<NonNullable<MetricsOptions<TEvent>["route"]>>(),
      maxRoutes: wholeNumber({ min: 1 }),
      coldStart: flag,
      memory: flag,
      sinks,
      emf: flag,
      properties: callback<NonNullable<MetricsOptions<TEvent>["properties"]>>(),
    },
    { names: "application-signals", maxRoutes: 100, coldStart: true, memory: false, sinks: noSinks, emf: true },
  );
}
