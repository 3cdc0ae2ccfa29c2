import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { atLeast, noOthers, oneOf } from "../check.ts";
import { LambdaServiceError } from "../errors.ts";
import { newTraceId } from "../invocation.ts";
import type { LocalLambda } from "../local-lambda.ts";
import { readBody } from "../runtime-api.ts";
import { toEventV1 } from "./event-v1.ts";
import { toEventV2 } from "./event-v2.ts";
import { type ApiIdentity, type GatewayRequest, headerList, headerOf } from "./request.ts";
import { fromResultV1, fromResultV2, type GatewayResponse, gatewayMessage } from "./response.ts";
import { createRouteTable, type RouteMatch, type RouteTable } from "./route-table.ts";

export interface HttpFrontOptions {
  lambda: LocalLambda;
  /** Name or ARN, with a qualifier where wanted. */
  functionName: string;
  /** `"1.0"` is a REST API with proxy integration, `"2.0"` an HTTP API. @default "2.0" */
  payload?: "1.0" | "2.0";
  /** `GET /users/{id}`, `ANY /files/{path+}`, `$default`. @default ["$default"], for a REST API ["ANY /", "ANY /{proxy+}"] */
  routes?: readonly string[];
  /** A request header that carries the client's address; it never reaches the function. @default the socket's address */
  sourceIpHeader?: string;
  /** Milliseconds the function may take. @default 29_000, for an HTTP API 30_000 */
  timeoutMs?: number;
  /** @default "$default", for a REST API "prod" */
  stage?: string;
  stageVariables?: Readonly<Record<string, string>>;
  /** Types that a REST API treats as binary, in both directions. @default [] */
  binaryMediaTypes?: readonly string[];
  /** @default a free one */
  port?: number;
}

/** API Gateway on this machine. */
export interface HttpFront {
  /** Base address, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** 10 MB, the largest request that API Gateway takes. */
const maxBodyBytes = 10_485_760;
const apiId = "local00api";

/** What tells the two kinds of API apart. */
interface Dialect {
  readonly timedOut: GatewayResponse;
  readonly throttled: GatewayResponse;
  readonly refused: GatewayResponse;
  readonly failed: GatewayResponse;
  readonly tooLarge: GatewayResponse;
  find(table: RouteTable, method: string, path: string): RouteMatch | GatewayResponse;
  toEvent(request: GatewayRequest): object;
  fromResult(payload: Buffer, request: GatewayRequest): GatewayResponse | undefined;
  readonly requestIdHeader: string;
}

/**
 * Starts API Gateway on a port of 127.0.0.1 in front of one function. Throws for bad options and an unknown function.
 *
 * @example
 * ```ts
 * await using front = await startHttpFront({ lambda, functionName: "users", routes: ["GET /users/{id}"] });
 * await fetch(`${front.url}/users/1`);
 * ```
 */
export async function startHttpFront(options: HttpFrontOptions): Promise<HttpFront> {
  const { lambda, functionName, payload = "2.0", sourceIpHeader, port: wantedPort = 0, ...more } = options;
  oneOf("payload", payload, ["1.0", "2.0"]);
  const rest = payload === "1.0";
  const {
    routes = rest ? ["ANY /", "ANY /{proxy+}"] : ["$default"],
    timeoutMs = rest ? 29_000 : 30_000,
    stage = rest ? "prod" : "$default",
    stageVariables,
    binaryMediaTypes = [],
    ...others
  } = more;
  noOthers("startHttpFront", others);
  atLeast("timeoutMs", timeoutMs, 1);
  const table = createRouteTable(routes);
  const api: ApiIdentity = {
    accountId: lambda.describe(functionName).arn.split(":")[4] ?? "",
    apiId,
    stage,
    domainName: `${apiId}.execute-api.${lambda.region}.amazonaws.com`,
    stageVariables,
  };
  const dialect = rest ? restApi(api, binaryMediaTypes) : httpApi(api);
  const hidden = sourceIpHeader?.toLowerCase();
  const replaced = new Set([hidden, "connection", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"]);

  const server = createServer((message, response) => {
    const timeEpoch = Date.now();
    readBody(message, maxBodyBytes, (body) => {
      const requestId = randomUUID();
      void answer(message, body, requestId, timeEpoch).then((result) => {
        send(response, result, dialect.requestIdHeader, requestId);
      });
    });
  });
  // Longer than any client keeps a connection, so that it is the client who closes it.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(wantedPort, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, stop, [Symbol.asyncDispose]: stop };

  async function answer(
    message: IncomingMessage,
    body: Buffer | undefined,
    requestId: string,
    timeEpoch: number,
  ): Promise<GatewayResponse> {
    if (!body) return dialect.tooLarge;
    const target = message.url ?? "/";
    const mark = target.indexOf("?");
    const path = mark === -1 ? target : target.slice(0, mark);
    const match = dialect.find(table, message.method ?? "GET", path);
    if ("statusCode" in match) return match;
    const all = headerList(message);
    const read = (name: string): string | undefined => headerOf({ headers: all }, name);
    const sourceIp = (hidden && read(hidden)) || message.socket.remoteAddress || "";
    const chain = read("x-forwarded-for");
    const incomingTrace = read("x-amzn-trace-id");
    const traceId = incomingTrace ?? newTraceId();
    const headers = all.filter(([name]) => !replaced.has(name.toLowerCase()));
    if (incomingTrace === undefined) headers.push(["X-Amzn-Trace-Id", traceId]);
    headers.push(["X-Forwarded-For", chain ? `${chain}, ${sourceIp}` : sourceIp]);
    headers.push(["X-Forwarded-Port", "443"], ["X-Forwarded-Proto", "https"]);
    return invoke({
      requestId,
      timeEpoch,
      method: message.method ?? "GET",
      path,
      query: mark === -1 ? "" : target.slice(mark + 1),
      protocol: `HTTP/${message.httpVersion}`,
      headers,
      sourceIp,
      traceId,
      body,
      match,
    });
  }

  async function invoke(request: GatewayRequest): Promise<GatewayResponse> {
    const { promise: timedOut, resolve } = Promise.withResolvers<GatewayResponse>();
    const timer = setTimeout(resolve, timeoutMs, dialect.timedOut);
    try {
      // The function is not cut short: as on AWS it runs on, and nobody reads its answer.
      return await Promise.race([timedOut, invokeFunction(request)]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function invokeFunction(request: GatewayRequest): Promise<GatewayResponse> {
    try {
      const result = await lambda.invoke({
        functionName,
        payload: dialect.toEvent(request),
        traceId: request.traceId,
      });
      if (result.functionError !== undefined) return dialect.failed;
      return dialect.fromResult(result.payload, request) ?? dialect.failed;
    } catch (error) {
      if (!(error instanceof LambdaServiceError)) throw error;
      return error.statusCode === 429 ? dialect.throttled : dialect.refused;
    }
  }

  function stop(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}

// https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html: an invocation that Lambda rejects, throttled
// ones included, is a 500; a function that fails or answers in the wrong form is a 502.
function restApi(api: ApiIdentity, binaryMediaTypes: readonly string[]): Dialect {
  const internal = "InternalServerErrorException";
  return {
    timedOut: gatewayMessage(504, "Endpoint request timed out", internal),
    throttled: gatewayMessage(500, "Internal server error", internal),
    refused: gatewayMessage(500, "Internal server error", internal),
    failed: gatewayMessage(502, "Internal server error", internal),
    tooLarge: gatewayMessage(413, "Request Too Long", "RequestTooLargeException"),
    find(table, method, path) {
      // The resource is chosen by its path alone, and then has the method or has not.
      const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
      const matches = table.match(trimmed);
      const resource = matches[0]?.route.template;
      const match = matches.find(({ route }) => route.template === resource && allows(route.method, method));
      return match ?? gatewayMessage(403, "Missing Authentication Token", "MissingAuthenticationTokenException");
    },
    toEvent: (request) => toEventV1(request, api, binaryMediaTypes),
    fromResult: (payload, request) => fromResultV1(payload, binaryMediaTypes, headerOf(request, "accept")),
    requestIdHeader: "x-amzn-RequestId",
  };
}

function httpApi(api: ApiIdentity): Dialect {
  return {
    timedOut: gatewayMessage(503, "Service Unavailable"),
    throttled: gatewayMessage(503, "Service Unavailable"),
    refused: gatewayMessage(500, "Internal Server Error"),
    failed: gatewayMessage(500, "Internal Server Error"),
    tooLarge: gatewayMessage(413, "Request Entity Too Large"),
    find(table, method, path) {
      const match = table.match(path).find(({ route }) => allows(route.method, method));
      return match ?? gatewayMessage(404, "Not Found");
    },
    toEvent: (request) => toEventV2(request, api),
    fromResult: fromResultV2,
    requestIdHeader: "apigw-requestid",
  };
}

function allows(routeMethod: string, method: string): boolean {
  return routeMethod === "ANY" || routeMethod === method;
}

function send(response: ServerResponse, result: GatewayResponse, requestIdHeader: string, requestId: string): void {
  const { statusCode, headers, body } = result;
  // Bodies are forbidden here; node would write them all the same.
  const bodiless = statusCode === 204 || statusCode === 304;
  response.writeHead(statusCode, [
    ...headers.flat(),
    ...[requestIdHeader, requestId],
    ...(bodiless ? [] : ["Content-Length", String(body.length)]),
  ]);
  response.end(bodiless ? undefined : body);
}
