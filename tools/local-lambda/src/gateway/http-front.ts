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
import { createStreamedAnswer } from "./streamed.ts";

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
  /** Milliseconds after which the client gets an error. @default 29_000, for an HTTP API 30_000, for a stream 900_000 */
  timeoutMs?: number;
  /** @default "$default", for a REST API "prod" */
  stage?: string;
  stageVariables?: Readonly<Record<string, string>>;
  /** Media types that a REST API treats as binary, in requests and answers. @default [] */
  binaryMediaTypes?: readonly string[];
  /**
   * How a REST API answers: once the function has ended, or while it streams. A function that streams must start its answer
   * with status and headers (`HttpResponseStream.from`). @default "BUFFERED"
   */
  responseTransferMode?: "BUFFERED" | "STREAM";
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

/** The result of a function that has streamed its whole answer. */
const streamEnded: GatewayResponse = { statusCode: 200, headers: [], body: Buffer.alloc(0) };

/** A front with its options resolved. */
interface Front {
  readonly lambda: LocalLambda;
  readonly functionName: string;
  readonly dialect: Dialect;
  readonly table: RouteTable;
  readonly sourceIpHeader: string | undefined;
  readonly timeoutMs: number;
  readonly streams: boolean;
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
      void answer(front, message, body, { requestId, timeEpoch, response });
    });
  });
  // Longer than any client keeps a connection, so that the client closes it first.
  server.keepAliveTimeout = 75_000;
  const port = await listen(server, front.port);
  const stop = (): Promise<void> => close(server);
  return { url: `http://127.0.0.1:${port}`, port, stop, [Symbol.asyncDispose]: stop };
}

function timeoutOf(rest: boolean, mode: string): number {
  if (mode === "STREAM") return 900_000;
  return rest ? 29_000 : 30_000;
}

function resolve(options: HttpFrontOptions): Front {
  const { lambda, functionName, payload = "2.0", sourceIpHeader, port = 0, ...more } = options;
  oneOf("startHttpFront: payload", payload, ["1.0", "2.0"]);
  const rest = payload === "1.0";
  const {
    routes = rest ? ["ANY /", "ANY /{proxy+}"] : ["$default"],
    responseTransferMode = "BUFFERED",
    timeoutMs = timeoutOf(rest, responseTransferMode),
    stage = rest ? "prod" : "$default",
    stageVariables,
    binaryMediaTypes = [],
    ...others
  } = more;
  oneOf("startHttpFront: responseTransferMode", responseTransferMode, rest ? ["BUFFERED", "STREAM"] : ["BUFFERED"]);
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
  const streams = responseTransferMode === "STREAM";
  return {
    lambda,
    functionName,
    dialect,
    table,
    sourceIpHeader: sourceIpHeader?.toLowerCase(),
    timeoutMs,
    streams,
    port,
  };
}

/** One request, and where its answer goes. */
interface Exchange {
  readonly requestId: string;
  readonly timeEpoch: number;
  readonly response: ServerResponse;
}

async function answer(
  front: Front,
  message: IncomingMessage,
  body: Buffer | undefined,
  { requestId, timeEpoch, response }: Exchange,
): Promise<void> {
  const { dialect, table, sourceIpHeader } = front;
  const match = body ? dialect.find(table, message.method ?? "GET", targetOf(message).path) : dialect.tooLarge;
  const ownHeaders = [dialect.requestIdHeader, requestId];
  if ("statusCode" in match) return send(response, match, ownHeaders);
  const request = readRequest(message, { requestId, timeEpoch, body: body as Buffer, match, sourceIpHeader });
  if (front.streams) return stream(front, request, response, ownHeaders);
  send(response, await invoke(front, request), ownHeaders);
}

async function invoke(
  front: Front,
  request: GatewayRequest,
  onChunk?: (chunk: Buffer) => void,
): Promise<GatewayResponse> {
  const { promise: timedOut, resolve: timeOut } = Promise.withResolvers<GatewayResponse>();
  const timer = setTimeout(timeOut, front.timeoutMs, front.dialect.timedOut);
  try {
    // As on AWS, a late function runs on and its answer is lost.
    return await Promise.race([timedOut, invokeFunction(front, request, onChunk)]);
  } finally {
    clearTimeout(timer);
  }
}

async function invokeFunction(
  { lambda, functionName, dialect }: Front,
  request: GatewayRequest,
  onChunk?: (chunk: Buffer) => void,
): Promise<GatewayResponse> {
  const streaming = onChunk && { onChunk };
  try {
    const payload = dialect.toEvent(request);
    const result = await lambda.invoke({ functionName, payload, traceId: request.traceId, ...streaming });
    if (result.functionError !== undefined) return dialect.failed;
    if (onChunk) return streamEnded;
    return dialect.fromResult(result.payload, request) ?? dialect.failed;
  } catch (error) {
    if (!(error instanceof LambdaServiceError)) throw error;
    return error.statusCode === 429 ? dialect.throttled : dialect.rejected;
  }
}

/** Passes an answer on while it comes. What fails before its head is answered; what fails later breaks it off. */
async function stream(
  front: Front,
  request: GatewayRequest,
  response: ServerResponse,
  ownHeaders: readonly string[],
): Promise<void> {
  const streamed = createStreamedAnswer(response, ownHeaders);
  const result = await invoke(front, request, streamed.write);
  if (!streamed.hasBegun()) send(response, result === streamEnded ? front.dialect.failed : result, ownHeaders);
  else if (result === streamEnded) response.end();
  else response.destroy();
}

function send(response: ServerResponse, result: GatewayResponse, ownHeaders: readonly string[]): void {
  const { statusCode, headers, body } = result;
  // These have no body, but Node would write one.
  const bodiless = statusCode === 204 || statusCode === 304;
  response.writeHead(statusCode, [
    ...headers.flat(),
    ...ownHeaders,
    ...(bodiless ? [] : ["Content-Length", String(body.length)]),
  ]);
  response.end(bodiless ? undefined : body);
}
