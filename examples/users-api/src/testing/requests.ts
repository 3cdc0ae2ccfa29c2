import { lambdaContext } from "@midguard/kernel/testing";
import type { Event, Result } from "../http.ts";

export interface RequestParts {
  readonly body?: unknown;
  readonly rawBody?: string;
  readonly headers?: Record<string, string>;
  readonly query?: Record<string, string>;
  /** The client's address; without it, every request comes from another client. */
  readonly from?: string;
  /** How long the function may run. */
  readonly timeoutMs?: number;
}

type Handler = (event: Event, context: never) => Promise<Result>;

export interface Answer extends Result {
  readonly headers: Record<string, string>;
  /** The body, parsed. */
  readonly json: never;
}

const templates = ["GET /users", "GET /users/{id}", "POST /users"];
let clients = 0;

function nextClient(): string {
  clients += 1;
  return `198.18.${clients >> 8}.${clients & 255}`;
}

/** The event that an HTTP API makes of `GET /users/7`, say, with the routes of template.yaml. */
function request(line: string, parts: RequestParts = {}): Event {
  const [method = "", path = ""] = line.split(" ");
  const { query, from = nextClient(), body, rawBody = body === undefined ? undefined : JSON.stringify(body) } = parts;
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
      requestId: `request-${clients}`,
      routeKey,
      stage: "$default",
      time: "01/Jan/2026:00:00:00 +0000",
      timeEpoch: Date.now(),
    },
    isBase64Encoded: false,
  };
}

/** Sends one request to a handler, as Lambda would. */
export async function send(handler: Handler, line: string, parts?: RequestParts): Promise<Answer> {
  const result = await handler(request(line, parts), lambdaContext({ timeoutMs: parts?.timeoutMs ?? 10_000 }) as never);
  const { body = "", headers = {}, isBase64Encoded } = result;
  const json = isBase64Encoded || body === "" ? undefined : JSON.parse(body);
  return { ...result, headers: headers as Record<string, string>, json: json as never };
}
