import { complaint, isObject } from "./complaint.ts";

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A set of dimensions as text, whatever the order of its names. */
export function identityOf(set: unknown): string {
  return JSON.stringify(Array.isArray(set) ? [...set].sort() : set);
}

/** Yields the metrics that two directives publish in one namespace by the same dimensions: CloudWatch counts them twice. */
export function* checkRepeats(place: string, directives: readonly unknown[]): Generator<string> {
  const seen = new Set<string>();
  for (const [index, directive] of directives.entries()) {
    if (!isObject(directive)) continue;
    const { Namespace, Dimensions, Metrics } = directive;
    const names = itemsOf(Metrics).map((metric) => (isObject(metric) ? metric.Name : undefined));
    const series = itemsOf(Dimensions).flatMap((set) => names.map((name) => [Namespace, name, identityOf(set)]));
    for (const one of series) {
      if (!seen.has(JSON.stringify(one))) continue;
      yield complaint(`${place}[${index}]`, "without the metrics of those before it", one.join(" "));
    }
    for (const one of series) seen.add(JSON.stringify(one));
  }
}
