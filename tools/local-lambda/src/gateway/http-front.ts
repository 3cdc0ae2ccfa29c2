import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { atLeast, noOthers, oneOf } from "../check.ts";
import { LambdaServiceError } from "../errors.ts";
import { close, listen, readBody } from "../http-server.ts";
import type { LocalLambda } from "../local-lambda.ts";
import { type Dialect, httpApi, restApi } from "./dialect.ts";
import { type ApiIdentity, type GatewayRequest, readRequest, targetOf } from "./request.ts";
import type { GatewayResponse } from "./response.ts";
import { createRouteTable, type RouteTable } from "./route-table.ts";

/** Options of `startHttpFront`. */
export interface HttpFrontOptions {
  lambda: LocalLambda;
  /** Name or ARN, with or without a qualifier. */
  functionName: string;
  /** `"1.0"` is a REST API with proxy integration, `"2.0"` an HTTP API. @default "2.0" */
  payload?: "1.0" | "2.0";
  /** `GET /users/{id}`, `ANY /files/{path+}`, `$default`. @default ["$default"], for a REST API ["ANY /", "ANY /{proxy+}"] */
  routes?: readonly string[];
  /** Request header with the client's address, which the function does not see. @default the address of the socket */
  sourceIpHeader?: string;
  /** Milliseconds after which the client gets an error. @default 29_000, for an HTTP API 30_000 */
  timeoutMs?: number;
  /** @default "$default", for a REST API "prod" */
  stage?: string;
  stageVariables?: Readonly<Record<string, string>>;
  /** Media types that a REST API treats as binary, in requests and answers. @default [] */
  binaryMediaTypes?: readonly string[];
  /** @default a free port */
  port?: number;
}

/** API Gateway on this machine. */
export interface HttpFront {
  /** Base address, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** 10 MB, the largest request that API Gateway takes. */
const maxBodyBytes = 10_485_760;
const apiId = "local00api";

/** A front with its options resolved. */
interface Front {
  readonly lambda: LocalLambda;
  readonly functionName: string;
  readonly dialect: Dialect;
  readonly table: RouteTable;
  readonly sourceIpHeader: string | undefined;
  readonly timeoutMs: number;
  readonly port: number;
}

/**
 * Starts API Gateway on a port of 127.0.0.1 in front of one function. Throws `TypeError` or `RangeError` for invalid options,
 * `LambdaServiceError` for an unknown function, and the error of the socket if the port is in use.
 *
 * @example
 * ```ts
 * await using front = await startHttpFront({ lambda, functionName: "users", routes: ["GET /users/{id}"] });
 * await fetch(`${front.url}/users/1`);
 * ```
 */
export async function startHttpFront(options: HttpFrontOptions): Promise<HttpFront> {
  const front = resolve(options);
  const server = createServer((message, response) => {
    const timeEpoch = Date.now();
    readBody(message, maxBodyBytes, (body) => {
      const requestId = randomUUID();
      void answer(front, message, body, requestId, timeEpoch).then((result) => {
        send(response, result, front.dialect.requestIdHeader, requestId);
      });
    });
  });
  // Longer than any client keeps a connection, so that the client closes it first.
  server.keepAliveTimeout = 75_000;
  const port = await listen(server, front.port);
  const stop = (): Promise<void> => close(server);
  return { url: `http://127.0.0.1:${port}`, port, stop, [Symbol.asyncDispose]: stop };
}

function resolve(options: HttpFrontOptions): Front {
  const { lambda, functionName, payload = "2.0", sourceIpHeader, port = 0, ...more } = options;
  oneOf("startHttpFront: payload", payload, ["1.0", "2.0"]);
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
  atLeast("startHttpFront: timeoutMs", timeoutMs, 1);
  const table = createRouteTable(routes);
  const api: ApiIdentity = {
    accountId: lambda.describe(functionName).arn.split(":")[4] ?? "",
    apiId,
    stage,
    domainName: `${apiId}.execute-api.${lambda.region}.amazonaws.com`,
    stageVariables,
  };
  const dialect = rest ? restApi(api, binaryMediaTypes) : httpApi(api);
  return { lambda, functionName, dialect, table, sourceIpHeader: sourceIpHeader?.toLowerCase(), timeoutMs, port };
}

async function answer(
  front: Front,
  message: IncomingMessage,
  body: Buffer | undefined,
  requestId: string,
  timeEpoch: number,
): Promise<GatewayResponse> {
  const { dialect, table, sourceIpHeader } = front;
  if (!body) return dialect.tooLarge;
  const match = dialect.find(table, message.method ?? "GET", targetOf(message).path);
  if ("statusCode" in match) return match;
  return invoke(front, readRequest(message, { requestId, timeEpoch, body, match, sourceIpHeader }));
}

async function invoke(front: Front, request: GatewayRequest): Promise<GatewayResponse> {
  const { promise: timedOut, resolve: timeOut } = Promise.withResolvers<GatewayResponse>();
  const timer = setTimeout(timeOut, front.timeoutMs, front.dialect.timedOut);
  try {
    // As on AWS, a late function runs on and its answer is lost.
    return await Promise.race([timedOut, invokeFunction(front, request)]);
  } finally {
    clearTimeout(timer);
  }
}

async function invokeFunction(
  { lambda, functionName, dialect }: Front,
  request: GatewayRequest,
): Promise<GatewayResponse> {
  try {
    const result = await lambda.invoke({ functionName, payload: dialect.toEvent(request), traceId: request.traceId });
    if (result.functionError !== undefined) return dialect.failed;
    return dialect.fromResult(result.payload, request) ?? dialect.failed;
  } catch (error) {
    if (!(error instanceof LambdaServiceError)) throw error;
    return error.statusCode === 429 ? dialect.throttled : dialect.rejected;
  }
}

function send(response: ServerResponse, result: GatewayResponse, requestIdHeader: string, requestId: string): void {
  const { statusCode, headers, body } = result;
  // These have no body, but Node would write one.
  const bodiless = statusCode === 204 || statusCode === 304;
  response.writeHead(statusCode, [
    ...headers.flat(),
    ...[requestIdHeader, requestId],
    ...(bodiless ? [] : ["Content-Length", String(body.length)]),
  ]);
  response.end(bodiless ? undefined : body);
}
