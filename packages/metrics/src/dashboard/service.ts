import { isRecord, list, oneOf, type Rule, refuse, required } from "@midguard/kernel/internal";
import { type Catalogue, catalogueOf, type Metric } from "../catalogue/catalogue.ts";
import { type MetricId, type Preset, presets } from "../catalogue/metric.ts";
import { isDimensionName, isDimensionValue, isNamespace } from "../emf/limits.ts";

/** Which metrics are meant: those of one service, as its `metrics()` emits them. */
export interface ServiceOptions {
  /** Namespace of the metrics. */
  readonly namespace: string;
  /** The service dimension. */
  readonly service: string;
  /** The vocabulary of the metrics. @default "application-signals" */
  readonly names?: Preset | undefined;
  /**
   * Dimensions that every metric has, too: the default dimensions of the Powertools `Metrics` in `defaultsFrom`.
   *
   * @default none
   */
  readonly dimensions?: Readonly<Record<string, string>> | undefined;
}

/** A service after checking. */
export interface MeasuredService<Namespace = string> {
  readonly namespace: Namespace;
  readonly catalogue: Catalogue;
  /** The service, and what every metric has beside it, by the names of the dimensions. */
  readonly dimensions: Readonly<Record<string, string>>;
}

function textThat(wanted: string, isValid: (value: unknown) => boolean): Rule<string> {
  return (name, value) => {
    if (typeof value !== "string") return refuse(TypeError, name, wanted, value);
    return isValid(value) ? value : refuse(RangeError, name, wanted, value);
  };
}

export const namespaceRule: Rule<string> = textThat(
  "1 to 255 of A-Z a-z 0-9 . _ - # / : and space, and not start with : or AWS/",
  isNamespace,
);

/** A value that can stand in a search expression, between quotes. */
const searchable: Rule<string> = textThat(
  "1 to 1024 printable ASCII characters without quotes and backslashes",
  (value) => isDimensionValue(value) && !/['"\\]/.test(value),
);
const dimensionName = textThat(
  "1 to 250 printable ASCII characters without quotes, backslashes and a colon at the start",
  (value) => isDimensionName(value) && !/['"\\]/.test(value),
);

const dimensionsRule: Rule<Readonly<Record<string, string>>> = (name, value) => {
  if (!isRecord(value) || Array.isArray(value)) return refuse(TypeError, name, "an object", value);
  for (const [dimension, text] of Object.entries(value)) {
    dimensionName(`${name}: a name`, dimension);
    searchable(`${name}.${dimension}`, text);
  }
  return value as Record<string, string>;
};

/** An array of dimension values. */
export const valuesRule: Rule<readonly string[]> = (name, value) =>
  list<unknown>()(name, value).map((text, index) => searchable(`${name}[${index}]`, text));

/** Rules of the options that name a service, but for its namespace. */
export const serviceRules: {
  readonly service: ReturnType<typeof required<string>>;
  readonly names: Rule<Preset>;
  readonly dimensions: Rule<Readonly<Record<string, string>>>;
} = { service: required(searchable), names: oneOf(...presets), dimensions: dimensionsRule };

/** The service that checked options name. */
export function serviceOf<Namespace>(options: {
  readonly namespace: Namespace;
  readonly service: string;
  readonly names?: Preset | undefined;
  readonly dimensions?: Readonly<Record<string, string>> | undefined;
}): MeasuredService<Namespace> {
  const { namespace, service, names = "application-signals", dimensions } = options;
  const catalogue = catalogueOf(names);
  return { namespace, catalogue, dimensions: { [catalogue.vocabulary.dimensions.service]: service, ...dimensions } };
}

/** Metrics that every vocabulary has a name for. */
export type CommonMetricId = Exclude<MetricId, "eventLatency" | "requests">;

/** The metric in the vocabulary of the service. */
export function metricOf({ catalogue }: MeasuredService<unknown>, id: CommonMetricId): Metric {
  return catalogue.byId.get(id) as Metric;
}

/** The metrics of durations: a vocabulary may have one of its own for events that are no API requests. */
export function latenciesOf(service: MeasuredService<unknown>): readonly Metric[] {
  const ofEvents = service.catalogue.byId.get("eventLatency");
  return [metricOf(service, "latency"), ...(ofEvents === undefined ? [] : [ofEvents])];
}

/** Names of the dimensions that a metric is broken down by, beside the service: those of its longest set. */
export function breakdownOf({ catalogue }: MeasuredService<unknown>, { dimensions }: Metric): readonly string[] {
  return (dimensions[0] as readonly string[]).filter((name) => name !== catalogue.vocabulary.dimensions.service);
}
