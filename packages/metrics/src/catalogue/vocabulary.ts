import type { Breakdown, Preset, Quantity } from "./metric.ts";

/** A unit of CloudWatch, and how many of what we count in make one. */
export interface Unit {
  readonly name: "Milliseconds" | "Seconds" | "Megabytes" | "Bytes" | "Count";
  readonly divisor: number;
}

/** A dimension, whatever its name. */
export type Dimension = "service" | "route" | "method" | "trigger" | "dependency";

/** Fields of a request's line that are no metrics. */
export type Field = "requestId" | "statusCode" | "errorType" | "initializationType";

/** Sets of dimensions as EMF has them: a metric is emitted once for each set. */
type DimensionSets = readonly (readonly Dimension[])[];

/** How a vocabulary names what is no metric. */
export interface Vocabulary {
  /** Names of dimensions. Those that the vocabulary does not use stand in none of its sets. */
  readonly dimensions: Readonly<Record<Dimension, string>>;
  readonly sets: Readonly<Record<Breakdown, DimensionSets>>;
  /** Names of fields; one without a name is left out. */
  readonly fields: Readonly<Partial<Record<Field, string>>>;
  readonly units: Readonly<Record<Quantity, Unit>>;
  /** The value of the route from a template as API Gateway writes it, or from UNMATCHED or OTHER. */
  readonly routeOf: (route: string) => string;
}

const ours: Vocabulary = {
  dimensions: { service: "service", route: "route", method: "method", trigger: "trigger", dependency: "dependency" },
  sets: {
    route: [["service", "route"], ["service"]],
    trigger: [["service", "route"], ["service"]],
    service: [["service"]],
    dependency: [["service", "dependency"]],
  },
  fields: { requestId: "requestId", statusCode: "statusCode", initializationType: "initializationType" },
  units: {
    duration: { name: "Milliseconds", divisor: 1 },
    memory: { name: "Megabytes", divisor: 1_048_576 },
    count: { name: "Count", divisor: 1 },
  },
  routeOf: (route) => route,
};

/** Powertools' event handler writes `GET /users/:id`, and NOT_FOUND for a request that no route matches. */
function powertoolsRoute(route: string): string {
  return route === "UNMATCHED" ? "NOT_FOUND" : route.replaceAll(/\{(\w+)\+?\}/g, ":$1");
}

/** The method is an attribute of its own. */
function withoutMethod(route: string): string {
  return route.replace(/^[A-Z]+ (?=\/)/, "");
}

/** OpenTelemetry has a name for every field. */
export const otelFields: Readonly<Record<Field, string>> = {
  requestId: "faas.invocation.id",
  statusCode: "http.response.status_code",
  errorType: "error.type",
  initializationType: "midguard.initialization_type",
};

/** The names of the vocabularies, with those of OpenTelemetry's semantic conventions 1.45. */
export const vocabularies: Readonly<Record<Preset, Vocabulary>> = {
  "application-signals": ours,
  "api-gateway": ours,
  powertools: { ...ours, routeOf: powertoolsRoute },
  otel: {
    dimensions: {
      service: "service.name",
      route: "http.route",
      method: "http.request.method",
      trigger: "faas.trigger",
      dependency: "server.service.name",
    },
    sets: {
      route: [["service", "method", "route"], ["service"]],
      trigger: [["service", "trigger"], ["service"]],
      service: [["service"]],
      dependency: [["service", "dependency"]],
    },
    fields: otelFields,
    units: {
      duration: { name: "Seconds", divisor: 1_000 },
      memory: { name: "Bytes", divisor: 1 },
      count: { name: "Count", divisor: 1 },
    },
    routeOf: withoutMethod,
  },
};
