/**
 * What CloudWatch makes of a line of EMF: every rule of the specification that AWS's own JSON schema leaves out, and the
 * schema's. A validator for tests, written independently of the code that it checks.
 */
type Json = Record<string, unknown>;

/** Units that CloudWatch knows. */
const units = new Set(
  ["Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "None", "Count/Second"].concat(
    ["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"].flatMap((unit) => [unit, `${unit}/Second`]),
    ["Bits", "Kilobits", "Megabits", "Gigabits", "Terabits"].flatMap((unit) => [unit, `${unit}/Second`]),
  ),
);
const dayMs = 86_400_000;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isVisibleAscii(text: unknown, max: number): boolean {
  return typeof text === "string" && text.length <= max && /^[ -~]+$/.test(text) && text.trim() !== "";
}

function* directiveProblems(directive: unknown, root: Json): Generator<string> {
  if (!isObject(directive)) return yield "directive is no object";
  const { Namespace, Dimensions, Metrics } = directive;
  if (!isVisibleAscii(Namespace, 255)) yield `namespace ${JSON.stringify(Namespace)}`;
  if (typeof Namespace === "string" && (/^(:|AWS\/)/.test(Namespace) || !/^[a-zA-Z0-9 ._#:/-]+$/.test(Namespace))) {
    yield `namespace ${Namespace}`;
  }
  if (!Array.isArray(Dimensions) || Dimensions.length === 0) yield "no dimension set";
  const sets = Array.isArray(Dimensions) ? Dimensions : [];
  const seenSets = new Set<string>();
  for (const set of sets) {
    if (!Array.isArray(set) || set.length > 30) yield "dimension set of a wrong size";
    const names: unknown[] = Array.isArray(set) ? set : [];
    const identity = JSON.stringify([...names].sort());
    if (seenSets.has(identity)) yield `dimension set ${identity} twice`;
    seenSets.add(identity);
    if (new Set(names).size !== names.length) yield `a dimension twice in ${identity}`;
    for (const name of names) {
      if (!isVisibleAscii(name, 250) || String(name).startsWith(":")) yield `dimension name ${JSON.stringify(name)}`;
      if (!Object.hasOwn(root, String(name))) yield `dimension ${name} has no value`;
      if (!isVisibleAscii(root[String(name)], 1024)) yield `dimension value ${JSON.stringify(root[String(name)])}`;
    }
  }
  if (!Array.isArray(Metrics) || Metrics.length === 0 || Metrics.length > 100) yield "number of metrics";
  const metrics = Array.isArray(Metrics) ? Metrics : [];
  const seen = new Set<unknown>();
  for (const metric of metrics) {
    if (!isObject(metric)) return yield "metric is no object";
    const { Name, Unit, StorageResolution } = metric;
    if (typeof Name !== "string" || Name.trim() === "" || Name.length > 255)
      yield `metric name ${JSON.stringify(Name)}`;
    if (seen.has(Name)) yield `metric ${Name} twice`;
    seen.add(Name);
    if (Unit !== undefined && !units.has(String(Unit))) yield `unit ${Unit}`;
    if (StorageResolution !== undefined && StorageResolution !== 1 && StorageResolution !== 60) yield "resolution";
    if (sets.some((set) => Array.isArray(set) && set.includes(Name))) yield `${Name} is both metric and dimension`;
    const target = root[String(Name)];
    const values: unknown[] = Array.isArray(target) ? target : [target];
    if (values.length === 0 || values.length > 100) yield `${Name} has ${values.length} values`;
    for (const value of values) {
      if (typeof value !== "number" || Math.abs(value) > 2 ** 360) yield `${Name} is ${JSON.stringify(value)}`;
    }
  }
}

function* allProblems(text: string): Generator<string> {
  if (Buffer.byteLength(text) > 1_048_576) yield "over 1 MB";
  if (text.includes("\n")) yield "more than one line";
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return yield "no JSON";
  }
  if (!isObject(root)) return yield "no object";
  const { _aws } = root;
  if (!isObject(_aws)) return yield "no _aws";
  const { Timestamp, CloudWatchMetrics } = _aws;
  if (!Number.isInteger(Timestamp)) yield "timestamp is no integer";
  const age = Date.now() - Number(Timestamp);
  if (age > 14 * dayMs || age < -dayMs / 12) yield "timestamp out of range";
  if (!Array.isArray(CloudWatchMetrics) || CloudWatchMetrics.length === 0) return yield "no directive";
  for (const directive of CloudWatchMetrics) yield* directiveProblems(directive, root);
}

/** What is wrong with a line, empty if nothing is. */
export function problemsOf(line: string): string[] {
  return [...allProblems(line)];
}

/** A metric as CloudWatch would store it. */
export interface Datum {
  readonly namespace: string;
  readonly dimensions: Record<string, string>;
  readonly name: string;
  readonly unit: string;
  readonly value: number;
}

/** One datum for each metric and dimension set of a valid line. */
export function dataOf(line: string): Datum[] {
  const root = JSON.parse(line);
  return root._aws.CloudWatchMetrics.flatMap(
    ({ Namespace, Dimensions, Metrics }: { Namespace: string; Dimensions: string[][]; Metrics: Json[] }) =>
      Dimensions.flatMap((set) =>
        Metrics.map(({ Name, Unit }) => ({
          namespace: Namespace,
          dimensions: Object.fromEntries(set.map((name) => [name, root[name]])),
          name: String(Name),
          unit: String(Unit),
          value: root[String(Name)],
        })),
      ),
  );
}
