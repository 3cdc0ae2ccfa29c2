import type { IncomingMessage } from "node:http";
import type { RouteMatch } from "./route-table.ts";

/** A client's request as the front read it, before it becomes an event. */
export interface GatewayRequest {
  readonly requestId: string;
  /** Epoch milliseconds of its arrival. */
  readonly timeEpoch: number;
  readonly method: string;
  /** Without the query, percent-encoded as it came. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly protocol: string;
  /** Names as they came, in order; the front's own `X-Forwarded-*` and trace headers included. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly sourceIp: string;
  readonly traceId: string;
  readonly body: Buffer;
  readonly match: RouteMatch;
}

/** The API as events tell of it. */
export interface ApiIdentity {
  readonly accountId: string;
  readonly apiId: string;
  readonly stage: string;
  readonly domainName: string;
  readonly stageVariables: Readonly<Record<string, string>> | undefined;
}

/** Headers of a message in order, repeated ones apart. */
export function headerList(message: IncomingMessage): [name: string, value: string][] {
  const { rawHeaders } = message;
  const list: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) list.push([rawHeaders[at] ?? "", rawHeaders[at + 1] ?? ""]);
  return list;
}

/** The value of a header, the last one where it is repeated. */
export function headerOf(request: Pick<GatewayRequest, "headers">, name: string): string | undefined {
  return request.headers.findLast(([other]) => other.toLowerCase() === name)?.[1];
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Common log format: `09/Apr/2015:12:34:56 +0000`. */
export function commonLogTime(timeEpoch: number): string {
  const time = new Date(timeEpoch);
  const day = String(time.getUTCDate()).padStart(2, "0");
  return `${day}/${months[time.getUTCMonth()]}/${time.getUTCFullYear()}:${time.toISOString().slice(11, 19)} +0000`;
}

/** Decodes percent escapes; what is not a valid escape stays as it is. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
