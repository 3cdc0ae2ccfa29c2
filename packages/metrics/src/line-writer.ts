import { Metrics } from "@aws-lambda-powertools/metrics";
import type { DimensionSets, Metric } from "./catalogue.ts";
import { type Identity, type IdentityOptions, readIdentity } from "./identity.ts";
import { type Property, type ReadProperties, usableProperties } from "./properties.ts";
import type { Warn } from "./warn.ts";

/** A metric with its value. */
export type Measured = readonly [metric: Metric, value: number];

/** One line of EMF. */
export interface Line {
  /** Those of all its metrics. */
  readonly dimensions: DimensionSets;
  readonly route?: string;
  readonly dependency?: string | undefined;
  readonly metrics: readonly Measured[];
  readonly requestId: string | undefined;
  readonly statusCode?: number | undefined;
  readonly properties?: ReadProperties | undefined;
}

interface Output {
  readonly powertools: Metrics;
  readonly identity: Identity;
}

function openOutput(options: IdentityOptions, warn: Warn): Output {
  const identity = readIdentity(options, warn);
  const { namespace, service, dimensions } = identity;
  // Throws if AWS_LAMBDA_MAX_CONCURRENCY is set and the runtime has no InvokeStore.
  return { identity, powertools: new Metrics({ namespace, serviceName: service, defaultDimensions: dimensions }) };
}

function addDimensions(powertools: Metrics, line: Line): void {
  for (const set of line.dimensions) {
    const values: Record<string, string> = {};
    for (const name of set) {
      // `service` is a default dimension: Powertools adds it to every set.
      const value = name === "service" ? undefined : line[name];
      if (value !== undefined) values[name] = value;
    }
    powertools.addDimensions(values);
  }
}

function addFields(powertools: Metrics, { requestId, statusCode }: Line, properties: readonly Property[]): void {
  // Powertools types metadata as text, but serialises any JSON. A number stays one, so that Logs Insights can compare it.
  const add = (name: string, value: string | number): unknown => powertools.addMetadata(name, value as string);
  if (requestId !== undefined) add("requestId", requestId);
  if (statusCode !== undefined) add("statusCode", statusCode);
  for (const [name, value] of properties) add(name, value);
}

/**
 * Makes the function that emits a line, through a Powertools instance of our own: no other metrics or dimensions can
 * get into it. The instance is filled and emptied in one tick, so that overlapping invocations never mix. If anything fails,
 * the line is dropped with one warning and the request continues.
 */
export function createLineWriter(options: IdentityOptions, warn: Warn): (line: Line) => void {
  let output: Output | undefined;
  return function writeLine(line) {
    try {
      output ??= openOutput(options, warn);
      const { powertools, identity } = output;
      // Before anything is filled in, because this calls the user's code, which may publish an event that is emitted at once.
      const properties =
        line.properties === undefined ? [] : usableProperties(line.properties, identity.dimensions, warn);
      addDimensions(powertools, line);
      for (const [{ name, unit }, value] of line.metrics) powertools.addMetric(name, unit, value);
      addFields(powertools, line, properties);
      powertools.publishStoredMetrics();
    } catch (error) {
      // Half filled, it would add to the next line.
      output = undefined;
      warn("line", "a line could not be emitted", error);
    }
  };
}
