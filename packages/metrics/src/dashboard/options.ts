import { number, type Rule, readOptions, refuse, required, text, wholeNumber } from "@midguard/kernel/internal";
import {
  breakdownOf,
  type MeasuredService,
  metricOf,
  namespaceRule,
  type ServiceOptions,
  serviceOf,
  serviceRules,
  valuesRule,
} from "./service.ts";

/** Options of `dashboard()`. */
export interface DashboardOptions extends ServiceOptions {
  /** `eu-central-1`: where the metrics are. */
  readonly region: string;
  /** Routes as `metrics()` names them, `GET /users/{id}`, to show these alone. @default - searched for, the ten highest */
  readonly routes?: readonly string[] | undefined;
  /** Names of retry policies and circuit breakers, to show these alone. @default - searched for, the ten highest */
  readonly dependencies?: readonly string[] | undefined;
  /** The p99 of the latency should stay below it, in ms. @default - there is no line in the graph */
  readonly sloLatencyMs?: number | undefined;
  /** The share of requests without a fault that the service promises, above 0.5 and below 1. @default 0.999 */
  readonly sloAvailability?: number | undefined;
  /**
   * Seconds that a point of a graph covers, a multiple of 60. CloudWatch takes more if a long time is shown.
   *
   * @default 60
   */
  readonly periodSeconds?: number | undefined;
}

/** Options of `dashboard()` after checking, with their defaults. */
export interface ResolvedDashboard {
  readonly service: MeasuredService;
  readonly region: string;
  readonly routes: readonly string[] | undefined;
  readonly dependencies: readonly string[] | undefined;
  readonly sloLatencyMs: number | undefined;
  readonly sloAvailability: number;
  readonly periodSeconds: number;
}

/** An availability of 1 leaves no budget to burn, and one of a half is a mistake: 99.9 is written 0.999. */
export const availabilityRule: Rule<number> = number({ min: 0.5, max: 0.999999 });

/** An objective of the latency. */
export const latencyRule: Rule<number> = number({ min: 1, max: 900_000 });

/** A period that CloudWatch has data of: EMF lines have a resolution of a minute. */
const wholeMinutes: Rule<number> = (name, value) => {
  const seconds = wholeNumber({ min: 60, max: 86_400 })(name, value);
  return seconds % 60 === 0 ? seconds : refuse(RangeError, name, "a multiple of 60", value);
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError or RangeError naming the option and its value.
 */
export function resolveDashboard(options: DashboardOptions): ResolvedDashboard {
  const resolved = readOptions(
    "dashboard",
    options,
    {
      namespace: required(namespaceRule),
      ...serviceRules,
      region: required(text),
      routes: valuesRule,
      dependencies: valuesRule,
      sloLatencyMs: latencyRule,
      sloAvailability: availabilityRule,
      periodSeconds: wholeMinutes,
    },
    { names: "application-signals", sloAvailability: 0.999, periodSeconds: 60 },
  );
  const service = serviceOf(resolved);
  // Where the method is a dimension of its own, each route needs one.
  const isByMethod = breakdownOf(service, metricOf(service, "latency")).length > 1;
  for (const [index, route] of (isByMethod ? (resolved.routes ?? []) : []).entries()) {
    if (/^[A-Z_]+ \//.test(route)) continue;
    refuse(RangeError, `dashboard: routes[${index}]`, 'a method and a template, like "GET /users/{id}"', route);
  }
  return { ...resolved, service };
}
