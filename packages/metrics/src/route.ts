import { isRecord, type RequestDescription } from "@midguard/kernel/internal";
import { isDimensionValue } from "./limits.ts";
import type { Warn } from "./warn.ts";

/**
 * Lets the first `max` distinct values pass; any later one is `OTHER`, for every value of a dimension is a series of its
 * own, and CloudWatch bills by series. What CloudWatch would not take is what `refused` makes of it.
 */
export function dimensionValues(max: number, refused: (value: unknown) => string): (value: unknown) => string {
  const seen = new Set<unknown>();
  return function allowed(value) {
    if (seen.has(value)) return value as string;
    if (!isDimensionValue(value)) return refused(value);
    if (seen.size >= max) return "OTHER";
    seen.add(value);
    return value;
  };
}

/** Where an event that is no API request came from: `aws:sqs`, `aws.events`, the `source` of an EventBridge event. */
function originOf(event: unknown): unknown {
  if (!isRecord(event)) return undefined;
  if (event["detail-type"] !== undefined) return event.source;
  const record: unknown = Array.isArray(event.Records) ? event.Records[0] : undefined;
  // SNS alone writes it with a capital.
  return isRecord(record) ? (record.eventSource ?? record.EventSource) : undefined;
}

/**
 * Names the route of an event: what `custom` says, else the template of the API, else where the event came from, else
 * `UNMATCHED`. Never the raw path, which is a series for every caller who makes one up.
 */
export function routeNamer<TEvent>(
  custom: ((event: TEvent) => string | undefined) | undefined,
  maxRoutes: number,
  warn: Warn,
): (event: TEvent, api: RequestDescription | undefined) => string {
  // Without a template: a load balancer, a Function URL, Edge; and an event of unknown origin.
  const nameOf = dimensionValues(maxRoutes, (route) => {
    if (route !== undefined) warn("route", "a route must be 1 to 1024 printable ASCII characters", route);
    return "UNMATCHED";
  });

  function customRoute(event: TEvent): unknown {
    try {
      return custom?.(event);
    } catch (error) {
      warn("route", "the option route threw", error);
      return undefined;
    }
  }

  return function routeOf(event, api) {
    return nameOf(customRoute(event) ?? (api === undefined ? originOf(event) : api.route));
  };
}
