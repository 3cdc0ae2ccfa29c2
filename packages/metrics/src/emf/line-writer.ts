import { Metrics } from "@aws-lambda-powertools/metrics";
import type { Catalogue, Metric } from "../catalogue/catalogue.ts";
import type { Warn } from "../warn.ts";
import { type Identity, type IdentityOptions, readIdentity } from "./identity.ts";
import { type Property, type ReadProperties, usableProperties } from "./properties.ts";

/** A metric with its value or values, in its unit. */
export type Measured = readonly [metric: Pick<Metric, "name" | "unit">, value: number | readonly number[]];

/** One line of EMF. All metrics on it have the same sets of dimensions. */
export interface Line {
  /** Dimensions of each set beside the service and the user's, by name. */
  readonly sets: readonly Readonly<Record<string, string>>[];
  readonly metrics: readonly Measured[];
  readonly fields: readonly Property[];
  readonly properties?: ReadProperties | undefined;
}

interface Output {
  readonly powertools: Metrics;
  readonly isTaken: (name: string) => boolean;
}

function openOutput(options: IdentityOptions, catalogue: Catalogue, warn: Warn): Output {
  const { namespace, service, dimensions }: Identity = readIdentity(options, catalogue, warn);
  const { reservedNames, vocabulary } = catalogue;
  // Throws if AWS_LAMBDA_MAX_CONCURRENCY is set and the runtime has no InvokeStore.
  const powertools = new Metrics({ namespace });
  // Powertools itself has but one name for the service.
  powertools.clearDefaultDimensions();
  powertools.setDefaultDimensions({ [vocabulary.dimensions.service]: service, ...dimensions });
  return { powertools, isTaken: (name) => reservedNames.has(name) || Object.hasOwn(dimensions, name) };
}

/**
 * Makes the function that emits a line, through a Powertools instance of our own: no other metrics or dimensions can
 * get into it. The instance is filled and emptied in one tick, so that overlapping invocations never mix. If anything
 * fails, the line is dropped with one warning and the request continues.
 */
export function createLineWriter(options: IdentityOptions, catalogue: Catalogue, warn: Warn): (line: Line) => void {
  let output: Output | undefined;

  function addValue(powertools: Metrics, { name, unit }: Measured[0], value: number): void {
    // JSON has neither NaN nor infinity.
    if (Number.isFinite(value)) powertools.addMetric(name, unit, value);
    else warn("value", "the value of a metric must be a finite number, and was dropped", `${name} ${value}`);
  }

  return function writeLine(line) {
    try {
      output ??= openOutput(options, catalogue, warn);
      const { powertools, isTaken } = output;
      // Before anything is filled in, because this calls the user's code, which may publish an event that is emitted at
      // once.
      const properties = line.properties === undefined ? [] : usableProperties(line.properties, isTaken, warn);
      // Powertools adds its default dimensions to every set.
      for (const set of line.sets) powertools.addDimensions(set);
      for (const [metric, value] of line.metrics) {
        if (typeof value === "number") addValue(powertools, metric, value);
        else for (const each of value) addValue(powertools, metric, each);
      }
      // Powertools types metadata as text, but serialises any JSON. A number stays one, so that Logs Insights can
      // compare it.
      for (const [name, value] of line.fields) powertools.addMetadata(name, value as string);
      for (const [name, value] of properties) powertools.addMetadata(name, value as string);
      powertools.publishStoredMetrics();
    } catch (error) {
      // Half filled, it would add to the next line.
      output = undefined;
      warn("line", "a line could not be emitted", error);
    }
  };
}
