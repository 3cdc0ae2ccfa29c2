import { type RequestDescription, read } from "@midguard/kernel/internal";
import type { RequestRecord } from "../record.ts";
import { originOf } from "./origin.ts";

/** Attributes of OpenTelemetry's semantic conventions. Each has few values, because it may be a dimension. */

const methods = new Set(["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"]);

/**
 * `http.request.method`: any other method is `_OTHER`, because clients can make them up.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/
 */
export function methodOf(api: RequestDescription | undefined): string {
  return api !== undefined && methods.has(api.method) ? api.method : "_OTHER";
}

/** `url.scheme`, as the gateway reports it. A function itself is reached by https alone. */
export function schemeOf(api: RequestDescription): "http" | "https" {
  return api.header("x-forwarded-proto") === "http" ? "http" : "https";
}

/** Origins of events whose data was changed; all others of AWS's own are messages. */
const datasources = new Set(["aws:s3", "aws:dynamodb", "aws:docdb"]);

/**
 * `faas.trigger` of an event that is no API request.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/faas/
 */
export function triggerOf(event: unknown): "datasource" | "pubsub" | "timer" | "other" {
  const origin = originOf(event);
  if (typeof origin !== "string") return "other";
  if (origin === "aws.events") return "timer";
  return datasources.has(origin) ? "datasource" : "pubsub";
}

/**
 * `error.type` of a fault: `timeout`, the status, or else the name of the error. `undefined` for any other request,
 * because a 4xx is no error of the server.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 */
export function errorTypeOf({ isFault, isTimeout, outcome }: RequestRecord): string | undefined {
  if (!isFault) return undefined;
  if (isTimeout) return "timeout";
  const { statusCode, error } = outcome;
  if (statusCode !== undefined && statusCode >= 500) return String(statusCode);
  const name = read(error, "name");
  return typeof name === "string" && /^\w{1,100}$/.test(name) ? name : "_OTHER";
}
