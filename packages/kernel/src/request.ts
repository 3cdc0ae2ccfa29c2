/** The kinds of event that are a request to an API, and so can be answered with a status. */
export type RequestKind = "rest" | "http" | "function-url" | "alb" | "websocket" | "edge";

/** One shape for the request in every kind of API event. */
export interface RequestDescription {
  readonly kind: RequestKind;
  /** `GET`; empty for a WebSocket message. */
  readonly method: string;
  /** Method and path template, `GET /users/{id}`; `undefined` where the event has no template (ALB, Function URL, Edge). */
  readonly route: string | undefined;
  /** The peer that the gateway saw, as it wrote it; `undefined` for a load balancer, which only tells it in a header. */
  readonly sourceIp: string | undefined;
  /** When the gateway received the request, in epoch ms. */
  readonly arrivedAt: number | undefined;
  /** The value of a header (name in lower case), several values joined by a comma. */
  header(name: string): string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Whether `value` is an object whose fields may be read. */
export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function joined(value: unknown): string | undefined {
  if (!Array.isArray(value)) return text(value);
  // Lambda@Edge writes { key, value } pairs, the others plain strings.
  return text(value.map((item: unknown) => (isRecord(item) ? text(item.value) : text(item)) ?? "").join(","));
}

function headerReader(...sources: readonly unknown[]): (name: string) => string | undefined {
  return function header(name) {
    for (const source of sources) {
      if (!isRecord(source)) continue;
      const exact = joined(source[name]);
      if (exact !== undefined) return exact;
      for (const key of Object.keys(source)) {
        if (key.toLowerCase() === name) return joined(source[key]);
      }
    }
    return undefined;
  };
}

function describeGateway(event: Fields, context: Fields): RequestDescription | undefined {
  // A Lambda authorizer gets the request too, but answers with a policy.
  if (event.methodArn !== undefined || event.routeArn !== undefined) return undefined;
  const header = headerReader(event.multiValueHeaders, event.headers);
  const method = text(event.httpMethod);

  if (isRecord(context.http)) {
    const routeKey = text(context.routeKey);
    const isFunctionUrl = text(context.domainName)?.includes(".lambda-url.") === true;
    return {
      kind: isFunctionUrl ? "function-url" : "http",
      method: text(context.http.method) ?? "",
      route: routeKey === "$default" ? undefined : routeKey,
      sourceIp: text(context.http.sourceIp),
      arrivedAt: epoch(context.timeEpoch),
      header,
    };
  }
  if (isRecord(context.elb)) {
    return { kind: "alb", method: method ?? "", route: undefined, sourceIp: undefined, arrivedAt: undefined, header };
  }
  if (!isRecord(context.identity)) return undefined;
  const sourceIp = text(context.identity.sourceIp);
  const arrivedAt = epoch(context.requestTimeEpoch);
  if (text(context.connectionId) !== undefined) {
    return { kind: "websocket", method: "", route: text(context.routeKey), sourceIp, arrivedAt, header };
  }
  if (method === undefined) return undefined;
  const resource = text(event.resource) ?? text(context.resourcePath);
  const route = resource === undefined ? undefined : `${method} ${resource}`;
  return { kind: "rest", method, route, sourceIp, arrivedAt, header };
}

function epoch(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function describeEdge(records: unknown): RequestDescription | undefined {
  const cf = Array.isArray(records) && isRecord(records[0]) ? records[0].cf : undefined;
  // Events of the response side carry the request too, but it has been answered by then.
  if (!isRecord(cf) || !isRecord(cf.request) || cf.response !== undefined) return undefined;
  const { method, clientIp, headers } = cf.request;
  return {
    kind: "edge",
    method: text(method) ?? "",
    route: undefined,
    sourceIp: text(clientIp),
    arrivedAt: undefined,
    header: headerReader(headers),
  };
}

/**
 * Describes the request in an API event: REST API (v1), HTTP API (v2), Function URL, load balancer, WebSocket API and
 * Lambda@Edge. `undefined` for anything else (queues, streams, schedules, authorizers, direct invokes): there a status
 * would be read as a success. Never throws, whatever the event.
 */
export function describeRequest(event: unknown): RequestDescription | undefined {
  if (!isRecord(event)) return undefined;
  return isRecord(event.requestContext) ? describeGateway(event, event.requestContext) : describeEdge(event.Records);
}
