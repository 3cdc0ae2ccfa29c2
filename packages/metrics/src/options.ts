import type { Metrics } from "@aws-lambda-powertools/metrics";
import type { Request } from "@middy/core";
import { checkInteger, checkOptions, someFunction } from "@midguard/kernel/internal";
import { isDimensionValue, isNamespace } from "./limits.ts";

/** Options of `metrics()`. All are optional, if the environment names the namespace and the service. */
export interface MetricsOptions<TEvent = unknown> {
  /** Namespace of the metrics. @default that of `metrics`, else POWERTOOLS_METRICS_NAMESPACE, read with the first line */
  namespace?: string;
  /** The `service` dimension. @default that of `metrics`, else POWERTOOLS_SERVICE_NAME, read with the first line */
  service?: string;
  /**
   * A Powertools instance of yours that lends its namespace, service and default dimensions, read with the first line.
   * Nothing is written through it.
   */
  metrics?: Metrics;
  /**
   * Names the route where the template of the API does not, or not well (`ANY /{proxy+}`): a name out of a small set,
   * never the raw path. @default the template, else where the event comes from, else `UNMATCHED`
   */
  route?: (event: TEvent) => string | undefined;
  /** How many routes are told apart by one environment; any further one is `OTHER`. @default 100 */
  maxRoutes?: number;
  /** Whether the first request of an environment has `ColdStart` on its line. @default true */
  coldStart?: boolean;
  /** Fields to search the request's line by, such as a tenant. Not metrics: they cost nothing but their bytes. */
  properties?: (request: Request<TEvent>) => Record<string, string | number>;
}

/** The options with their defaults. */
export interface ResolvedOptions<TEvent> {
  readonly namespace: string | undefined;
  readonly service: string | undefined;
  readonly lender: Metrics | undefined;
  readonly route: MetricsOptions<TEvent>["route"] | undefined;
  readonly maxRoutes: number;
  readonly coldStart: boolean;
  readonly properties: MetricsOptions<TEvent>["properties"] | undefined;
}

function checkText(option: string, text: string | undefined, isValid: (text: unknown) => boolean, rule: string): void {
  if (text !== undefined && !isValid(text))
    throw new RangeError(`${option} must be ${rule}, got ${JSON.stringify(text)}`);
}

/** Checks what was given, and fills in the rest. */
export function resolveOptions<TEvent>(options: MetricsOptions<TEvent>): ResolvedOptions<TEvent> {
  const { namespace, service, metrics, route, maxRoutes, coldStart, properties } = checkOptions(
    "metrics",
    options,
    { maxRoutes: 100, coldStart: true },
    {
      namespace: "",
      service: "",
      // By its shape: an instance of another copy of Powertools is as good.
      metrics: { singleMetric: someFunction } as unknown as Metrics,
      route: someFunction as MetricsOptions<TEvent>["route"],
      properties: someFunction as MetricsOptions<TEvent>["properties"],
    },
  );
  checkText("namespace", namespace, isNamespace, "1 to 255 of A-Z a-z 0-9 . _ - # / : and space, not AWS/…");
  checkText("service", service, isDimensionValue, "1 to 1024 printable ASCII characters");
  checkInteger("maxRoutes", maxRoutes, 1);
  return { namespace, service, lender: metrics, route, maxRoutes, coldStart, properties };
}
