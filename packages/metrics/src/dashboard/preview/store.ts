import type { Datapoint } from "./datapoints.ts";
import { statisticOf } from "./statistic.ts";

/** Periods one after another, as CloudWatch cuts time: they begin at multiples of their length. */
export interface Timeline {
  /** Epoch ms. */
  readonly start: number;
  readonly periodMs: number;
  readonly length: number;
}

/** A number for each period, or `undefined` without data. */
export type Points = readonly (number | undefined)[];

/** Metrics by name and dimensions, as CloudWatch keeps them. */
export interface Store {
  /** A statistic for each period. */
  points(metric: MetricName, stat: string, timeline: Timeline): Points;
  /** The metrics with exactly these dimensions, of which some have a value. */
  search(
    namespace: string,
    name: string,
    names: readonly string[],
    known: ReadonlyMap<string, string>,
  ): readonly MetricName[];
}

/** What identifies a metric. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: ReadonlyMap<string, string>;
}

interface Series extends MetricName {
  readonly datapoints: Datapoint[];
}

/** The same for the same dimensions in another order. */
function keyOf({ namespace, name, dimensions }: MetricName): string {
  return JSON.stringify([namespace, name, [...dimensions].sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** The periods that hold all datapoints. There must be one at least. */
export function timelineOf(datapoints: readonly Datapoint[], periodMs: number): Timeline {
  const [first, last] = boundsOf(datapoints);
  const start = Math.floor(first / periodMs) * periodMs;
  return { start, periodMs, length: Math.floor((last - start) / periodMs) + 1 };
}

/** The times of the first and the last datapoint. */
export function boundsOf(datapoints: readonly Datapoint[]): readonly [first: number, last: number] {
  let [first, last] = [Infinity, -Infinity];
  for (const { timestamp } of datapoints) {
    first = Math.min(first, timestamp);
    last = Math.max(last, timestamp);
  }
  return [first, last];
}

/** Keeps datapoints as CloudWatch does. */
export function createStore(datapoints: readonly Datapoint[]): Store {
  const byKey = new Map<string, Series>();
  for (const datapoint of datapoints) {
    const key = keyOf(datapoint);
    const series = byKey.get(key) ?? { ...datapoint, datapoints: [] };
    series.datapoints.push(datapoint);
    byKey.set(key, series);
  }

  function points(metric: MetricName, stat: string, { start, periodMs, length }: Timeline): Points {
    const values: number[][] = Array.from({ length }, () => []);
    for (const datapoint of byKey.get(keyOf(metric))?.datapoints ?? []) {
      values[Math.floor((datapoint.timestamp - start) / periodMs)]?.push(...datapoint.values);
    }
    return values.map((ofPeriod) => (ofPeriod.length === 0 ? undefined : statisticOf(stat, ofPeriod)));
  }

  const search: Store["search"] = (namespace, name, names, known) =>
    [...byKey.values()].filter(
      (series) =>
        series.namespace === namespace &&
        series.name === name &&
        series.dimensions.size === names.length &&
        names.every((dimension) => series.dimensions.has(dimension)) &&
        [...known].every(([dimension, value]) => series.dimensions.get(dimension) === value),
    );

  return { points, search };
}
