import { callMetrics } from "./call-metrics.ts";
import { eventMetrics } from "./event-metrics.ts";
import type {
  EventMetricDefinition,
  MetricDefinition,
  MetricId,
  Preset,
  RequestMetricDefinition,
  Statistic,
} from "./metric.ts";
import { requestMetrics } from "./request-metrics.ts";
import { type Unit, type Vocabulary, vocabularies } from "./vocabulary.ts";

/** A metric under its name in one vocabulary. */
export interface Metric {
  readonly id: MetricId;
  readonly name: string;
  readonly unit: Unit["name"];
  /** Names of the dimensions that it is emitted with, a list for each set. */
  readonly dimensions: readonly (readonly string[])[];
  /** The statistics that are of use, the first one to be drawn. */
  readonly statistics: readonly Statistic[];
  readonly definition: MetricDefinition;
}

/** A metric on the line of a request. */
interface RequestMetric extends Metric {
  readonly definition: RequestMetricDefinition;
}

/** A metric that counts events. */
interface EventMetric extends Metric {
  readonly definition: EventMetricDefinition;
}

/** All that is emitted, under its names in one vocabulary. Lines, tables, dashboards and alarms are made from it. */
export interface Catalogue {
  readonly preset: Preset;
  readonly vocabulary: Vocabulary;
  readonly requestMetrics: readonly RequestMetric[];
  readonly callMetrics: readonly Metric[];
  readonly eventMetrics: readonly EventMetric[];
  /** By what is measured; a vocabulary may lack some. */
  readonly byId: ReadonlyMap<MetricId, Metric>;
  /** Names that lines use, so that no default dimension and no property of the user's can have them. */
  readonly reservedNames: ReadonlySet<string>;
}

/** The definitions that the vocabulary has a name for, under that name. */
function translated<Definition extends MetricDefinition>(
  definitions: readonly Definition[],
  preset: Preset,
): readonly (Metric & { readonly definition: Definition })[] {
  const { sets, units, dimensions } = vocabularies[preset];
  return definitions.flatMap((definition) => {
    const { id, names, statistics, quantity, breakdown } = definition;
    const name = names[preset];
    if (name === undefined) return [];
    const named = sets[breakdown].map((set) => set.map((dimension) => dimensions[dimension]));
    return [{ id, name, unit: units[quantity].name, dimensions: named, statistics, definition }];
  });
}

/** The catalogue in the vocabulary of `preset`. */
export function catalogueOf(preset: Preset): Catalogue {
  const vocabulary = vocabularies[preset];
  const ofRequests = translated(requestMetrics, preset);
  const ofEvents = translated(eventMetrics, preset);
  const ofCalls = translated(callMetrics, preset);
  const all: readonly Metric[] = [...ofRequests, ...ofCalls, ...ofEvents];
  return {
    preset,
    vocabulary,
    requestMetrics: ofRequests,
    callMetrics: ofCalls,
    eventMetrics: ofEvents,
    byId: new Map(all.map((metric) => [metric.id, metric])),
    reservedNames: new Set([
      ...all.flatMap(({ name, dimensions }) => [name, ...dimensions.flat()]),
      ...Object.values(vocabulary.fields),
    ]),
  };
}
