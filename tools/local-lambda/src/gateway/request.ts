import type { IncomingMessage } from "node:http";
import { newTraceId } from "../invocation.ts";
import type { RouteMatch } from "./route-table.ts";

/** A client's request, before it is converted to an event. */
export interface GatewayRequest {
  readonly requestId: string;
  /** Epoch milliseconds of its arrival. */
  readonly timeEpoch: number;
  readonly method: string;
  /** Without the query, percent-encoded as the client sent it. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly protocol: string;
  /** In order, with the names as the client sent them, and the gateway's `X-Forwarded-*` and trace headers. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly sourceIp: string;
  readonly traceId: string;
  readonly body: Buffer;
  readonly match: RouteMatch;
}

/** The API that an event names. */
export interface ApiIdentity {
  readonly accountId: string;
  readonly apiId: string;
  readonly stage: string;
  readonly domainName: string;
  readonly stageVariables: Readonly<Record<string, string>> | undefined;
}

/** The facts of a request that are not in its message. */
interface RequestFacts extends Pick<GatewayRequest, "requestId" | "timeEpoch" | "body" | "match"> {
  /** Lower-case name of the header with the client's address. */
  readonly sourceIpHeader: string | undefined;
}

// The gateway sets these itself.
const replaced = new Set(["connection", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"]);

/** Reads a request as API Gateway passes it on: with forwarding headers, and a trace ID if the client sent none. */
export function readRequest(message: IncomingMessage, { sourceIpHeader, ...facts }: RequestFacts): GatewayRequest {
  const all = headerList(message);
  const read = (name: string): string | undefined => headerOf({ headers: all }, name);
  const sourceIp = (sourceIpHeader && read(sourceIpHeader)) || message.socket.remoteAddress || "";
  const chain = read("x-forwarded-for");
  const incomingTrace = read("x-amzn-trace-id");
  const traceId = incomingTrace ?? newTraceId();
  const headers = all.filter(([name]) => !replaced.has(name.toLowerCase()) && name.toLowerCase() !== sourceIpHeader);
  if (incomingTrace === undefined) headers.push(["X-Amzn-Trace-Id", traceId]);
  headers.push(["X-Forwarded-For", chain ? `${chain}, ${sourceIp}` : sourceIp]);
  headers.push(["X-Forwarded-Port", "443"], ["X-Forwarded-Proto", "https"]);
  const method = message.method ?? "GET";
  return {
    ...facts,
    ...targetOf(message),
    method,
    protocol: `HTTP/${message.httpVersion}`,
    headers,
    sourceIp,
    traceId,
  };
}

/** The path and the query of a message. */
export function targetOf({ url = "/" }: IncomingMessage): Pick<GatewayRequest, "path" | "query"> {
  const mark = url.indexOf("?");
  return mark === -1 ? { path: url, query: "" } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

/** The headers of a message in order; repeated ones stay separate. */
function headerList(message: IncomingMessage): [name: string, value: string][] {
  const { rawHeaders } = message;
  const list: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) list.push([rawHeaders[at] ?? "", rawHeaders[at + 1] ?? ""]);
  return list;
}

/** The value of a header; the last one if it is repeated. */
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

/** Decodes percent-encoded text; text with an invalid escape is returned unchanged. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
