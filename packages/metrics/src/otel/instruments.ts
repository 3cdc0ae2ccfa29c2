import type { Attributes, Meter } from "@opentelemetry/api";
import type { Catalogue, Metric } from "../catalogue/catalogue.ts";
import type { MetricId } from "../catalogue/metric.ts";

/**
 * Bounds of a histogram's buckets, in seconds.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 */
const durationBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** In bytes: sizes that a function may have. */
const memoryBounds = [64, 128, 192, 256, 384, 512, 768, 1_024, 1_536, 2_048, 3_072, 4_096, 6_144, 8_192, 10_240].map(
  (megabytes) => megabytes * 1_048_576,
);

/** Records a value, in milliseconds, bytes or as a plain number. */
export type Record = (value: number, attributes: Attributes) => void;

function makeInstrument(meter: Meter, { name, definition }: Metric, divisor: number): Record {
  const { quantity, noun, value: description } = definition;
  if (quantity === "count") {
    const counter = meter.createCounter(name, { unit: `{${noun}}`, description });
    return (value, attributes) => {
      // Otherwise every series would begin with a 0.
      if (value > 0) counter.add(value, attributes);
    };
  }
  const isDuration = quantity === "duration";
  const advice = { explicitBucketBoundaries: isDuration ? durationBounds : memoryBounds };
  const histogram = meter.createHistogram(name, { unit: isDuration ? "s" : "By", description, advice });
  return (value, attributes) => histogram.record(value / divisor, attributes);
}

/** Faults and errors are attributes of a request's duration: its status and `error.type`. */
const inAttributes: ReadonlySet<MetricId> = new Set(["fault", "error"]);

/** Makes an instrument for each metric of the catalogue. */
export function makeInstruments(meter: Meter, { byId, vocabulary }: Catalogue): ReadonlyMap<MetricId, Record> {
  const metrics = [...byId.values()].filter(({ id }) => !inAttributes.has(id));
  return new Map(
    metrics.map((metric) => [
      metric.id,
      makeInstrument(meter, metric, vocabulary.units[metric.definition.quantity].divisor),
    ]),
  );
}
