import { identityOf } from "./check-repeats.ts";
import { complaint, isObject, type Json, placeOf } from "./complaint.ts";
import {
  dimensionNameRule,
  dimensionValueRule,
  metricNameRule,
  namespaceRule,
  type TextRule,
  unitRule,
} from "./text-rules.ts";

function* checkText(place: string, rule: TextRule, value: unknown): Generator<string> {
  if (typeof value !== "string" || !rule.accepts(value)) yield complaint(place, rule.wanted, value);
}

function own(root: Json, name: string): unknown {
  return Object.hasOwn(root, name) ? root[name] : undefined;
}

/** Yields what is wrong with a name that refers to a member of the root, whose value `checkTarget` checks. */
function* checkReference(
  place: string,
  rule: TextRule,
  name: unknown,
  checkTarget: (name: string) => Generator<string>,
): Generator<string> {
  yield* checkText(place, rule, name);
  if (typeof name !== "string") return;
  if (name === "_aws") yield complaint(place, "another name than the envelope's", name);
  else yield* checkTarget(name);
}

function* checkDimensionSet(place: string, set: unknown, root: Json): Generator<string> {
  if (!Array.isArray(set) || set.length > 30) return yield complaint(place, "an array of at most 30 names", set);
  for (const [index, name] of set.entries()) {
    const ownPlace = `${place}[${index}]`;
    if (set.indexOf(name) < index) yield complaint(ownPlace, "another name than those before it", name);
    yield* checkReference(ownPlace, dimensionNameRule, name, (target) =>
      checkText(placeOf(target), dimensionValueRule, own(root, target)),
    );
  }
}

function* checkDimensions(place: string, sets: unknown, root: Json): Generator<string> {
  if (!Array.isArray(sets) || sets.length === 0) return yield complaint(place, "an array of dimension sets", sets);
  const seen = new Set<string>();
  for (const [index, set] of sets.entries()) {
    yield* checkDimensionSet(`${place}[${index}]`, set, root);
    const identity = identityOf(set);
    if (seen.has(identity)) yield complaint(`${place}[${index}]`, "another set than those before it", set);
    seen.add(identity);
  }
}

function* checkValues(name: string, target: unknown): Generator<string> {
  const place = placeOf(name);
  const values: readonly unknown[] = Array.isArray(target) ? target : [target];
  if (target === undefined || values.length === 0 || values.length > 100) {
    return yield complaint(place, "a number at the root, or an array of 1 to 100 numbers", target);
  }
  for (const [index, value] of values.entries()) {
    // NaN and infinity are `null` in JSON.
    if (typeof value === "number" && Math.abs(value) <= 2 ** 360) continue;
    yield complaint(Array.isArray(target) ? `${place}[${index}]` : place, "a number within ±2^360", value);
  }
}

function* checkMetrics(place: string, metrics: unknown, sets: unknown, root: Json): Generator<string> {
  if (!Array.isArray(metrics) || metrics.length === 0 || metrics.length > 100) {
    return yield complaint(place, "an array of 1 to 100 metrics", metrics);
  }
  const names = new Set<unknown>();
  const dimensions = new Set<unknown>([sets].flat(2).filter((name) => typeof name === "string"));
  for (const [index, metric] of metrics.entries()) {
    const ownPlace = `${place}[${index}]`;
    if (!isObject(metric)) {
      yield complaint(ownPlace, "an object", metric);
      continue;
    }
    const { Name, Unit, StorageResolution } = metric;
    // The value of a dimension is text: as a metric's, it would be wrong again.
    if (dimensions.has(Name)) yield complaint(`${ownPlace}.Name`, "no dimension, too", Name);
    else yield* checkReference(`${ownPlace}.Name`, metricNameRule, Name, (name) => checkValues(name, own(root, name)));
    if (names.has(Name)) yield complaint(`${ownPlace}.Name`, "another name than those before it", Name);
    names.add(Name);
    if (Unit !== undefined) yield* checkText(`${ownPlace}.Unit`, unitRule, Unit);
    if (StorageResolution !== undefined && StorageResolution !== 1 && StorageResolution !== 60) {
      yield complaint(`${ownPlace}.StorageResolution`, "1 or 60", StorageResolution);
    }
  }
}

/** Yields what is wrong with a directive and with the members of the root that it refers to. */
export function* checkDirective(place: string, directive: unknown, root: Json): Generator<string> {
  if (!isObject(directive)) return yield complaint(place, "an object", directive);
  const { Namespace, Dimensions, Metrics } = directive;
  yield* checkText(`${place}.Namespace`, namespaceRule, Namespace);
  yield* checkDimensions(`${place}.Dimensions`, Dimensions, root);
  yield* checkMetrics(`${place}.Metrics`, Metrics, Dimensions, root);
}
