import { type RequestDescription, syncResult } from "@midguard/kernel/internal";
import { limitCardinality } from "../emf/cardinality.ts";
import type { Warn } from "../warn.ts";
import { originOf } from "./origin.ts";

/**
 * Makes the function that names the route of an event: by `custom`, else the template of the API, else the origin of the
 * event, else `UNMATCHED`. Never the raw path, because a client could make up any number of those.
 */
export function createRouteNamer<TEvent>(
  custom: ((event: TEvent) => string | undefined) | undefined,
  maxRoutes: number,
  warn: Warn,
): (event: TEvent, api: RequestDescription | undefined) => string {
  const limited = limitCardinality(maxRoutes, (route) => {
    // Without a template: a load balancer, a Function URL, Lambda@Edge, an event of unknown origin.
    if (route !== undefined) warn("route", "a route must be 1 to 1024 printable ASCII characters", route);
    return "UNMATCHED";
  });

  function customRoute(event: TEvent): unknown {
    try {
      return syncResult("metrics: route", custom?.(event));
    } catch (error) {
      warn("route", "the option route failed", error);
      return undefined;
    }
  }

  return function routeOf(event, api) {
    return limited(customRoute(event) ?? (api === undefined ? originOf(event) : api.route));
  };
}
