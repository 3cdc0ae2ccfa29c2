/** One route of an API. */
export interface Route {
  /** An HTTP method, or `ANY`. */
  readonly method: string;
  /** Template such as `/users/{id}` or `/files/{path+}`; `undefined` for `$default`. */
  readonly template: string | undefined;
  readonly segments: readonly Segment[];
}

interface Segment {
  readonly kind: "text" | "parameter" | "greedy";
  readonly value: string;
}

/** A route that matches a path. */
export interface RouteMatch {
  readonly route: Route;
  /** Percent-encoded, as in the path. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The routes of an API. */
export interface RouteTable {
  /** Returns the routes that match this path, most specific first; `$default` is last. */
  match(path: string): RouteMatch[];
}

/**
 * Creates a table of routes such as `GET /users/{id}`, `ANY /files/{path+}` and `$default`. Throws `RangeError` for a malformed
 * or duplicate route.
 */
export function createRouteTable(routes: readonly string[]): RouteTable {
  const parsed = routes.map(parseRoute).sort(bySpecificity);
  const seen = new Set<string>();
  for (const { method, template } of parsed) {
    const shape = `${method} ${template?.replaceAll(/\{[^}+]+(\+?)\}/g, "{$1}")}`;
    if (seen.has(shape)) throw new RangeError(`startHttpFront: route given twice: ${method} ${template}`);
    seen.add(shape);
  }
  return {
    match(path) {
      const parts = path.split("/").slice(1);
      const matches: RouteMatch[] = [];
      for (const route of parsed) {
        const parameters = matchSegments(route, parts);
        if (parameters) matches.push({ route, parameters });
      }
      return matches;
    },
  };
}

/** The route key in an event. */
export function routeKey({ method, template }: Route): string {
  return template === undefined ? "$default" : `${method} ${template}`;
}

const routeText = /^(ANY|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\/\S*)$/;
const segmentText = /^(?:\{([\w.:-]+)(\+?)\}|([^{}]*))$/;

function parseRoute(text: string): Route {
  if (text === "$default") return { method: "ANY", template: undefined, segments: [] };
  const [, method, template] = routeText.exec(text) ?? [];
  if (!method || !template)
    throw new RangeError(`startHttpFront: route must be "METHOD /path" or "$default", got ${text}`);
  const parts = template.split("/").slice(1);
  const segments = parts.map((part, index): Segment => {
    const [, name, plus, literal] = segmentText.exec(part) ?? [];
    if (name !== undefined && plus && index < parts.length - 1) {
      throw new RangeError(`startHttpFront: a greedy parameter must come last, got ${text}`);
    }
    if (name !== undefined) return { kind: plus ? "greedy" : "parameter", value: name };
    if (literal === undefined) throw new RangeError(`startHttpFront: bad path segment ${part} in ${text}`);
    return { kind: "text", value: literal };
  });
  return { method, template, segments };
}

const rank = { text: 0, parameter: 1, greedy: 2 } as const;

// Segment by segment from the left: text, parameter, greedy. Then a named method before ANY. $default is last.
function bySpecificity(a: Route, b: Route): number {
  if (a.template === undefined || b.template === undefined) {
    return Number(a.template === undefined) - Number(b.template === undefined);
  }
  for (let at = 0; at < Math.min(a.segments.length, b.segments.length); at += 1) {
    const difference = rank[a.segments[at]?.kind ?? "text"] - rank[b.segments[at]?.kind ?? "text"];
    if (difference !== 0) return difference;
  }
  return b.segments.length - a.segments.length || Number(a.method === "ANY") - Number(b.method === "ANY");
}

function matchSegments(route: Route, parts: readonly string[]): Record<string, string> | undefined {
  if (route.template === undefined) return {};
  const { segments } = route;
  const greedy = segments.at(-1)?.kind === "greedy";
  if (greedy ? parts.length < segments.length : parts.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [at, { kind, value }] of segments.entries()) {
    const part = kind === "greedy" ? parts.slice(at).join("/") : (parts[at] ?? "");
    if (kind === "text" ? part !== value : part === "") return undefined;
    if (kind !== "text") parameters[value] = part;
  }
  return parameters;
}
