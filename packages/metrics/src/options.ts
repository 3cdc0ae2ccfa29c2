import type { EmfOutput } from "@aws-lambda-powertools/metrics/types";
import type { Request } from "@middy/core";
import { checkInteger, checkOptions, someFunction } from "@midguard/kernel/internal";
import { isDimensionValue, isNamespace } from "./limits.ts";

/** A Powertools `Metrics` by its shape: where ES modules and CommonJS meet, its class counts as two types. */
export interface Lender {
  singleMetric(): { serializeMetrics(): EmfOutput };
}

/** Options of `metrics()`. All are optional, if the environment names the namespace and the service. */
export interface MetricsOptions<TEvent = unknown> {
  /** Namespace of the metrics. @default that of `metrics`, else POWERTOOLS_METRICS_NAMESPACE, read with the first line */
  namespace?: string | undefined;
  /** The `service` dimension. @default that of `metrics`, else POWERTOOLS_SERVICE_NAME, read with the first line */
  service?: string | undefined;
  /**
   * A Powertools instance of yours that lends its namespace, service and default dimensions, read with the first line.
   * Nothing is written through it.
   */
  metrics?: Lender | undefined;
  /**
   * Names the route where the template of the API does not, or not well (`ANY /{proxy+}`): a name out of a small set,
   * never the raw path. @default the template, else where the event comes from, else `UNMATCHED`
   */
  route?: ((event: TEvent) => string | undefined) | undefined;
  /** How many routes are told apart by one environment; any further one is `OTHER`. @default 100 */
  maxRoutes?: number | undefined;
  /** Whether the first request of an environment has `ColdStart` on its line. @default true */
  coldStart?: boolean | undefined;
  /** Fields to search the request's line by, such as a tenant. Not metrics: they cost nothing but their bytes. */
  properties?: ((request: Request<TEvent>) => Record<string, string | number>) | undefined;
}

/** The options with their defaults. */
export interface ResolvedOptions<TEvent> {
  readonly namespace: string | undefined;
  readonly service: string | undefined;
  readonly lender: Lender | undefined;
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
      metrics: { singleMetric: someFunction } as unknown as Lender,
      route: someFunction as MetricsOptions<TEvent>["route"],
      properties: someFunction as MetricsOptions<TEvent>["properties"],
    },
  );
  checkText("namespace", namespace, isNamespace, "1 to 255 of A-Z a-z 0-9 . _ - # / : and space, not AWS/…");
  checkText("service", service, isDimensionValue, "1 to 1024 printable ASCII characters");
  checkInteger("maxRoutes", maxRoutes, 1);
  return { namespace, service, lender: metrics, route, maxRoutes, coldStart, properties };
}
