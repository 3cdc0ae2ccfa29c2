import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Breakdown } from "../catalogue/metric.ts";
import type { Dimension, Field } from "../catalogue/vocabulary.ts";
import type { Counts, EventRecord, RequestRecord, Sink } from "../record.ts";
import { errorTypeOf, methodOf, triggerOf } from "../request/attributes.ts";
import type { Warn } from "../warn.ts";
import type { IdentityOptions } from "./identity.ts";
import { createLineWriter, type Line, type Measured } from "./line-writer.ts";
import type { Property } from "./properties.ts";

/** Makes the sink that emits lines of EMF in the vocabulary of `catalogue`. */
export function createEmfSink(options: IdentityOptions, catalogue: Catalogue, warn: Warn): Sink {
  const { preset, vocabulary, requestMetrics, callMetrics, eventMetrics } = catalogue;
  const counted = [...callMetrics, ...eventMetrics];
  const writeLine = createLineWriter(options, catalogue, warn);

  function setsOf(breakdown: Breakdown, valueFor: (dimension: Dimension) => string): Line["sets"] {
    const sets: Record<string, string>[] = [];
    for (const set of vocabulary.sets[breakdown]) {
      const values: Record<string, string> = {};
      for (const dimension of set) {
        // The service is in every set by default.
        if (dimension !== "service") values[vocabulary.dimensions[dimension]] = valueFor(dimension);
      }
      sets.push(values);
    }
    return sets;
  }

  function addField(fields: Property[], field: Field, value: string | number | undefined): void {
    const name = vocabulary.fields[field];
    if (name !== undefined && value !== undefined) fields.push([name, value]);
  }

  function countsOf(counts: Counts): Measured[] {
    if (counts.size === 0) return [];
    return counted.flatMap((metric): Measured[] => {
      const { divisor } = vocabulary.units[metric.definition.quantity];
      const count = counts.get(metric.id);
      // Of calls there is a list of durations.
      if (Array.isArray(count)) return [[metric, count.map((value) => value / divisor)]];
      return count === undefined ? [] : [[metric, count]];
    });
  }

  function emitRequest(record: RequestRecord): void {
    const { isApi, counts, route, event, api, outcome, requestId, initializationType, properties } = record;
    const metrics: Measured[] = countsOf(counts);
    for (const metric of requestMetrics) {
      const { definition } = metric;
      const value = definition.valueOf(record, preset);
      if (value !== undefined) metrics.push([metric, value / vocabulary.units[definition.quantity].divisor]);
    }
    const fields: Property[] = [];
    addField(fields, "requestId", requestId);
    addField(fields, "statusCode", outcome.statusCode);
    addField(fields, "initializationType", initializationType);
    if (vocabulary.fields.errorType !== undefined) addField(fields, "errorType", errorTypeOf(record));
    const sets = setsOf(isApi ? "route" : "trigger", (dimension) => {
      if (dimension === "method") return methodOf(api);
      return dimension === "trigger" ? triggerOf(event) : vocabulary.routeOf(route);
    });
    writeLine({ sets, metrics, fields, properties });
  }

  function emitEvents({ dependency, counts, requestId }: EventRecord): void {
    const fields: Property[] = [];
    addField(fields, "requestId", requestId);
    const breakdown = dependency === undefined ? "service" : "dependency";
    writeLine({ sets: setsOf(breakdown, () => String(dependency)), metrics: countsOf(counts), fields });
  }

  return { emitRequest, emitEvents };
}
