import middy from "@middy/core";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { type MeasuredObj, metrics } from "../src/index.ts";

/** Where a measured object is installed: as a middleware, as the plugin, or in both places. */
export const places = ["use", "plugin", "both"] as const;
export type Place = (typeof places)[number];

/** What surrounds the measured object, and what it measures. */
export interface Stack {
  readonly outer?: middy.MiddlewareObj;
  readonly inner?: middy.MiddlewareObj;
  readonly plugin?: middy.PluginObject;
  readonly measured?: MeasuredObj;
  readonly handler?: (event: never) => unknown;
}

export type Handler = (event?: unknown, context?: object) => Promise<unknown>;

const nothing: middy.MiddlewareObj = { before: () => undefined };

/** A real Middy handler with the measured object in the given place. */
export function install(place: Place, stack: Stack = {}): Handler {
  const { measured = metrics({ namespace: "Shop", service: "orders" }), outer = nothing, inner = nothing } = stack;
  const { handler = async () => ({ statusCode: 200, body: "ok" }) } = stack;
  const wrapped = middy(place === "use" ? { ...stack.plugin } : { ...measured, ...stack.plugin })
    .use(outer)
    .use(place === "plugin" ? nothing : measured)
    .use(inner)
    .handler(handler as never);
  return (event = apiEvents.http(), context = lambdaContext()) => wrapped(event, context as never);
}
