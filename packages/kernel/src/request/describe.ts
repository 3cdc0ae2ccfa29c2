import { isRecord } from "../foreign.ts";

/** One shape for every kind of event that is an API request, and so can be answered with a status. */
export interface RequestDescription {
  readonly kind: "rest" | "http" | "function-url" | "alb" | "vpc-lattice" | "websocket" | "edge";
  /** `GET`; empty for a WebSocket message. */
  readonly method: string;
  /**
   * Method and path template, `GET /users/{id}`; `undefined` if the event has no template (ALB, VPC Lattice, Function
   * URL, Edge).
   */
  readonly route: string | undefined;
  /** The peer that the gateway saw, as it wrote it; `undefined` for ALB and VPC Lattice, which report it in a header only. */
  readonly sourceIp: string | undefined;
  /** When the gateway received the request, in epoch ms by its clock. */
  readonly arrivedAt: number | undefined;
  /** The value of a header (name in lower case), several values joined by a comma. */
  header(name: string): string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function joined(value: unknown): string | undefined {
  if (!Array.isArray(value)) return text(value);
  // Lambda@Edge writes { key, value } pairs, the others plain strings.
  return text(value.map((item: unknown) => (isRecord(item) ? text(item.value) : text(item)) ?? "").join(","));
}

function headerIn(headers: unknown, name: string): string | undefined {
  if (!isRecord(headers)) return undefined;
  const key = name in headers ? name : Object.keys(headers).find((written) => written.toLowerCase() === name);
  return key && joined(headers[key]);
}

function describeGateway(event: Fields, context: Fields): RequestDescription | undefined {
  // A Lambda authorizer gets the request too, but answers with a policy.
  if (event.methodArn !== undefined || event.routeArn !== undefined) return undefined;
  const { http, elb, identity, serviceNetworkArn } = context;
  const header = (name: string) => headerIn(event.multiValueHeaders, name) ?? headerIn(event.headers, name);
  if (isRecord(http)) {
    const kind = text(context.domainName)?.includes(".lambda-url.") ? "function-url" : "http";
    const route = context.routeKey === "$default" ? undefined : text(context.routeKey);
    const method = text(http.method) ?? "";
    return { kind, method, route, sourceIp: text(http.sourceIp), arrivedAt: epoch(context.timeEpoch), header };
  }
  const method = text(event.httpMethod);
  if (isRecord(elb)) {
    return { kind: "alb", method: method ?? "", route: undefined, sourceIp: undefined, arrivedAt: undefined, header };
  }
  if (text(serviceNetworkArn) !== undefined) return describeLattice(event, header);
  if (!isRecord(identity)) return undefined;
  const caller = { sourceIp: text(identity.sourceIp), arrivedAt: epoch(context.requestTimeEpoch), header };
  if (text(context.connectionId) !== undefined) {
    return { kind: "websocket", method: "", route: text(context.routeKey), ...caller };
  }
  if (method === undefined) return undefined;
  const resource = text(event.resource) ?? text(context.resourcePath);
  return { kind: "rest", method, route: resource && `${method} ${resource}`, ...caller };
}

/** Version 2 of the event has a request context, version 1 has none. Both keep method and headers at the top. */
function describeLattice(event: Fields, header: RequestDescription["header"]): RequestDescription {
  const method = text(event.method) ?? "";
  return { kind: "vpc-lattice", method, route: undefined, sourceIp: undefined, arrivedAt: undefined, header };
}

function isLatticeV1({ raw_path, method, headers }: Fields): boolean {
  return text(raw_path) !== undefined && text(method) !== undefined && isRecord(headers);
}

function epoch(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function describeEdge(records: unknown): RequestDescription | undefined {
  const cf = Array.isArray(records) && isRecord(records[0]) ? records[0].cf : undefined;
  // Events of the response side carry the request too, but it has been answered by then.
  if (!isRecord(cf) || !isRecord(cf.request) || cf.response !== undefined) return undefined;
  const { method, clientIp, headers } = cf.request;
  const peer = { route: undefined, sourceIp: text(clientIp), arrivedAt: undefined };
  return { kind: "edge", method: text(method) ?? "", ...peer, header: (name) => headerIn(headers, name) };
}

/**
 * Describes the request in an API event: REST API (v1), HTTP API (v2), Function URL, load balancer, VPC Lattice (v1,
 * v2), WebSocket API and Lambda@Edge. `undefined` for anything else (queues, streams, schedules, authorizers, direct
 * invokes): there a status would count as a success. Never throws, whatever the event, as long as it came as JSON.
 */
export function describeRequest(event: unknown): RequestDescription | undefined {
  if (!isRecord(event)) return undefined;
  if (isRecord(event.requestContext)) return describeGateway(event, event.requestContext);
  if (isLatticeV1(event)) return describeLattice(event, (name) => headerIn(event.headers, name));
  return describeEdge(event.Records);
}
