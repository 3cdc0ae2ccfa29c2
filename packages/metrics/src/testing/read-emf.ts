import { type EmfSource, emfLinesOf } from "./source.ts";
import { type EmfOptions, validateEmf } from "./validate-emf.ts";

/** A metric as CloudWatch stores it: a line has one for each of its metrics and each set of dimensions. */
export interface EmfMetric {
  readonly namespace: string;
  readonly name: string;
  /** `None` if the line has no unit. */
  readonly unit: string;
  /** Seconds: 1 is high resolution. */
  readonly storageResolution: 1 | 60;
  /** The dimensions of one set, with their values. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** All values, also of a line that has a single number. */
  readonly values: readonly number[];
  /** Epoch ms. */
  readonly timestamp: number;
  /** The members of the line that are neither metric nor dimension: CloudWatch Logs can search by them. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A line that `validateEmf` has accepted. */
interface Document {
  readonly [member: string]: unknown;
  readonly _aws: { readonly Timestamp: number; readonly CloudWatchMetrics: readonly Directive[] };
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit?: string; readonly StorageResolution?: 1 | 60 }[];
}

function propertiesOf({ _aws, ...members }: Document): Readonly<Record<string, unknown>> {
  const targets = new Set(
    _aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) => [...Dimensions.flat(), ...Metrics.map(nameOf)]),
  );
  return Object.fromEntries(Object.entries(members).filter(([name]) => !targets.has(name)));
}

function nameOf({ Name }: { readonly Name: string }): string {
  return Name;
}

function metricsOf(document: Document): readonly EmfMetric[] {
  const { Timestamp: timestamp, CloudWatchMetrics } = document._aws;
  const properties = propertiesOf(document);
  return CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((set) => {
      const dimensions = Object.fromEntries(set.map((name) => [name, document[name] as string]));
      return Metrics.map(({ Name: name, Unit: unit = "None", StorageResolution: storageResolution = 60 }) => {
        const values = [document[name] as number | readonly number[]].flat();
        return { namespace, name, unit, storageResolution, dimensions, values, timestamp, properties };
      });
    }),
  );
}

/**
 * Reads the metrics in lines of EMF, as CloudWatch would: one metric for each name and each set of dimensions.
 *
 * @param source - One line, a text of several, or an array of such. Lines without EMF are skipped.
 * @throws TypeError if CloudWatch would refuse a line; it lists each complaint of `validateEmf`.
 *
 * @example
 * const [metric] = readEmf(lines);
 * // { namespace: "Shop", name: "OrdersPlaced", dimensions: { service: "orders" }, values: [1], ... }
 */
export function readEmf(source: EmfSource, options?: EmfOptions): readonly EmfMetric[] {
  return emfLinesOf("readEmf: source", source).flatMap((line) => {
    const complaints = validateEmf(line, options);
    if (complaints.length > 0)
      throw new TypeError(`readEmf: CloudWatch refuses a line\n${complaints.join("\n")}\n${line}`);
    return metricsOf(JSON.parse(line) as Document);
  });
}
