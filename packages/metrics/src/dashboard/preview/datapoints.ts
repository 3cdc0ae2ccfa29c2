import { isRecord } from "@midguard/kernel/internal";

/** The values of a metric on one line, for one set of dimensions. */
export interface Datapoint {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: ReadonlyMap<string, string>;
  readonly values: readonly number[];
  /** Epoch ms. */
  readonly timestamp: number;
}

/** The metrics in a log. */
export interface RecordedLog {
  readonly datapoints: readonly Datapoint[];
  /** Lines of EMF. */
  readonly lines: number;
  /** Lines that mention EMF and cannot be read. */
  readonly unreadable: number;
}

type Json = Record<string, unknown>;

const records = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isRecord) : []);

function numbersOf(value: unknown): readonly number[] {
  return [value].flat().filter((one) => typeof one === "number");
}

function dimensionsOf(root: Json, set: unknown): ReadonlyMap<string, string> {
  const names: readonly unknown[] = Array.isArray(set) ? set : [];
  return new Map(names.map((name) => [String(name), String(root[String(name)])]));
}

function datapointsOf(root: Json): readonly Datapoint[] {
  const { _aws } = root;
  if (!isRecord(_aws) || typeof _aws.Timestamp !== "number") throw new TypeError("no EMF");
  const timestamp = _aws.Timestamp;
  return records(_aws.CloudWatchMetrics).flatMap(({ Namespace, Dimensions, Metrics }) =>
    [Dimensions].flat().flatMap((set) => {
      const dimensions = dimensionsOf(root, set);
      return records(Metrics).flatMap(({ Name }) => {
        const name = String(Name);
        const values = numbersOf(root[name]);
        return values.length === 0 ? [] : { namespace: String(Namespace), name, dimensions, values, timestamp };
      });
    }),
  );
}

/**
 * Reads the EMF of a log. What stands before the JSON, a time or the name of a stream, does not matter, nor do other
 * lines.
 */
export function readLog(log: string): RecordedLog {
  const datapoints: Datapoint[] = [];
  let lines = 0;
  let unreadable = 0;
  for (const line of log.split("\n")) {
    if (!line.includes('"_aws"')) continue;
    try {
      const read = datapointsOf(JSON.parse(line.slice(line.indexOf("{"))) as Json);
      for (const datapoint of read) datapoints.push(datapoint);
      lines += 1;
    } catch {
      unreadable += 1;
    }
  }
  return { datapoints, lines, unreadable };
}
