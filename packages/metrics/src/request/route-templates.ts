import { describeRequest, isRecord, list, read, readText, refuse } from "@midguard/kernel/internal";

/** A route as `@middy/http-router` takes it. */
export interface RoutedPath {
  readonly method: string;
  readonly path: string;
}

interface Template {
  readonly method: string;
  readonly path: string;
  readonly segments: readonly string[];
}

/** Segments of a path, of which a slash at the end makes none. */
function segmentsOf(path: string): readonly string[] {
  return path.replace(/\/$/, "").split("/");
}

function templateOf(name: string, route: unknown): Template {
  const text = isRecord(route) ? `${readText(route, "method")} ${readText(route, "path")}` : route;
  const [, method, path] = (typeof text === "string" && /^([A-Z]+) (\/[\x21-\x7e]*)$/.exec(text)) || [];
  const segments = segmentsOf(path ?? "");
  const isGreedyTooEarly = segments.slice(0, -1).some((segment) => segment.endsWith("+}"));
  if (method === undefined || path === undefined || isGreedyTooEarly) {
    return refuse(TypeError, name, 'a method and a path, like "GET /users/{id}"', route);
  }
  return { method, path, segments };
}

function isParameter(segment: string): boolean {
  return segment.startsWith("{") && segment.endsWith("}");
}

/** `{name}` matches one segment, `{name+}` at the end all that are left, or none. */
function matches({ path, segments: template }: Template, segments: readonly string[]): boolean {
  const isGreedy = path.endsWith("+}");
  const fixed = isGreedy ? template.slice(0, -1) : template;
  if (isGreedy ? segments.length < fixed.length : segments.length !== fixed.length) return false;
  return fixed.every((segment, index) => {
    const given = segments[index];
    return segment === given || (isParameter(segment) && given !== "");
  });
}

/** The path of an API request, without its query, where `@middy/http-router` reads it, too. */
function pathOf(event: unknown): string {
  const http = read(event, "requestContext", "http");
  const uri = readText(read(read(event, "Records", "0"), "cf"), "request", "uri");
  return readText(http, "path") || readText(event, "path") || readText(event, "raw_path").replace(/\?.*$/s, "") || uri;
}

/**
 * Makes an option `route` that names a request by the first template which its path matches. For events without a template of their own (load
 * balancer, VPC Lattice, Function URL, Lambda@Edge), and for `@middy/http-router` behind `ANY /{proxy+}` or `$default`.
 *
 * A template without parameters comes before one with parameters, as in `@middy/http-router`. `ANY` stands for every method. A
 * request that no template matches has its default route.
 *
 * @param routes - Templates like `GET /users/{id}`, or the routes of `@middy/http-router`.
 * @throws TypeError if a template has no method or no path, or a `{name+}` that is not at its end.
 *
 * @example
 * const routes = [{ method: "GET", path: "/users/{id}", handler: getUser }] as const;
 * const measured = metrics({ namespace: "Shop", route: routeTemplates(routes) });
 * export const handler = middy(measured).use(measured).handler(httpRouter(routes));
 */
export function routeTemplates(routes: readonly (string | RoutedPath)[]): (event: unknown) => string | undefined {
  const templates = list<unknown>()("routeTemplates: routes", routes).map((route, index) =>
    templateOf(`routeTemplates: routes[${index}]`, route),
  );
  const hasParameters = ({ segments }: Template): boolean => segments.some(isParameter);
  const inOrder = [...templates.filter((template) => !hasParameters(template)), ...templates.filter(hasParameters)];

  return function routeOf(event) {
    const method = describeRequest(event)?.method;
    if (method === undefined) return undefined;
    const segments = segmentsOf(pathOf(event));
    const found = inOrder.find((template) => {
      return (template.method === method || template.method === "ANY") && matches(template, segments);
    });
    // The method that was declared: clients can make up others.
    return found && `${found.method} ${found.path}`;
  };
}
