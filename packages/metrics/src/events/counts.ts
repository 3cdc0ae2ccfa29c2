import type { CallMetricId, EventMetricDefinition, MetricId } from "../catalogue/metric.ts";
import type { Counts } from "../record.ts";

/** What was counted, by dependency; under `undefined` that of the service itself. */
export type CountsByDependency = ReadonlyMap<string | undefined, Counts>;

/** The same while it is being counted. */
export type OpenCounts = Map<string | undefined, Map<MetricId, number | number[]>>;

function countsOf(counts: OpenCounts, dependency: string | undefined): Map<MetricId, number | number[]> {
  const known = counts.get(dependency);
  if (known !== undefined) return known;
  const made = new Map<MetricId, number | number[]>();
  counts.set(dependency, made);
  return made;
}

/** Adds one event. The source of an event that is counted by dependency is the dependency. */
export function addEvent(counts: OpenCounts, { id, breakdown }: EventMetricDefinition, source: string): OpenCounts {
  const ofSource = countsOf(counts, breakdown === "dependency" ? source : undefined);
  ofSource.set(id, Number(ofSource.get(id) ?? 0) + 1);
  return counts;
}

/** Adds the value of one call. Returns how many values there are now. */
export function addCall(counts: OpenCounts, id: CallMetricId, dependency: string, value: number): number {
  const ofDependency = countsOf(counts, dependency);
  const known = ofDependency.get(id);
  const values = Array.isArray(known) ? known : [];
  ofDependency.set(id, values);
  return values.push(value);
}

const none: Counts = new Map();

/** Removes what was counted for a dependency, or for the service itself, and returns it. */
export function takeCounts(counts: OpenCounts | undefined, dependency: string | undefined): Counts {
  const taken = counts?.get(dependency) ?? none;
  counts?.delete(dependency);
  return taken;
}
