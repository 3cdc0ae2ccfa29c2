import { randomBytes, randomUUID } from "node:crypto";
import { lambdaContext } from "@midguard/kernel/testing";
import type { Event, Result } from "../http.ts";

export interface RequestParts {
  readonly body?: unknown;
  readonly rawBody?: string;
  readonly headers?: Record<string, string>;
  readonly query?: Record<string, string>;
  /** The client's address. Without it, every request has another client. */
  readonly from?: string;
  /** The timeout of the function. */
  readonly timeoutMs?: number;
}

type Handler = (event: Event, context: never) => Promise<Result>;

export interface Answer extends Result {
  readonly headers: Record<string, string>;
  /** The body, parsed. */
  readonly json: never;
}

const templates = ["GET /users", "GET /users/{id}", "POST /users"];

// An address in an IPv6 network of its own, because a network counts as one client.
function newClient(): string {
  const network = randomBytes(4).toString("hex");
  return `2001:db8:${network.slice(0, 4)}:${network.slice(4)}::1`;
}

/** Creates the event of an HTTP API with the routes of template.yaml, for a line such as `GET /users/7`. */
function request(line: string, parts: RequestParts = {}): Event {
  const [method = "", path = ""] = line.split(" ");
  const { query, from = newClient(), body, rawBody = body === undefined ? undefined : JSON.stringify(body) } = parts;
  const id = /^\/users\/([^/]+)$/.exec(path)?.[1];
  const route = `${method} ${id === undefined ? path : "/users/{id}"}`;
  const routeKey = templates.includes(route) ? route : "$default";
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: { ...(rawBody !== undefined && { "content-type": "application/json" }), ...parts.headers },
    ...(query && { queryStringParameters: query }),
    ...(id !== undefined && { pathParameters: { id } }),
    ...(rawBody !== undefined && { body: rawBody }),
    requestContext: {
      accountId: "123456789012",
      apiId: "abc123",
      domainName: "abc123.execute-api.eu-west-1.amazonaws.com",
      domainPrefix: "abc123",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: from, userAgent: "vitest" },
      requestId: randomUUID(),
      routeKey,
      stage: "$default",
      time: "01/Jan/2026:00:00:00 +0000",
      timeEpoch: Date.now(),
    },
    isBase64Encoded: false,
  };
}

/** Sends one request to a handler, as Lambda does. */
export async function send(handler: Handler, line: string, parts?: RequestParts): Promise<Answer> {
  const result = await handler(request(line, parts), lambdaContext({ timeoutMs: parts?.timeoutMs ?? 10_000 }) as never);
  const { body = "", headers = {}, isBase64Encoded } = result;
  const json = isBase64Encoded || body === "" ? undefined : JSON.parse(body);
  return { ...result, headers: headers as Record<string, string>, json: json as never };
}
