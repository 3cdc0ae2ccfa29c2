import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { describeAlias, describeFunction } from "./description.ts";
import type { Directory } from "./directory.ts";
import { errorTypeOf } from "./environment/failure.ts";
import { invalidParameter, LambdaServiceError, requestTooLarge } from "./errors.ts";
import { eventMessage } from "./event-stream.ts";
import { close, listen, readBody } from "./http-server.ts";
import type { Executed, InvokeInput, LambdaService } from "./lambda-service.ts";
import { maxPayloadBytes } from "./limits.ts";

const invocations = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;
const streamed = /^\/2021-11-15\/functions\/([^/]+)\/response-streaming-invocations\/?$/;
const aliases = /^\/2015-03-31\/functions\/([^/]+)\/aliases\/([^/]+)\/?$/;
const described = /^\/2015-03-31\/functions\/([^/]+?)(\/configuration)?\/?$/;

/** Starts the part of Lambda's HTTP API that calls functions, on a free port. */
export async function startLambdaApi(
  directory: Directory,
  service: LambdaService,
): Promise<{ readonly endpoint: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    readBody(request, maxPayloadBytes, (body) => {
      handle(directory, service, request, body, response).catch((error: unknown) => answerError(response, error));
    });
  });
  const port = await listen(server);
  return { endpoint: `http://127.0.0.1:${port}`, close: () => close(server) };
}

async function handle(
  { findAlias }: Directory,
  service: LambdaService,
  request: IncomingMessage,
  body: Buffer | undefined,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://lambda");
  const qualifier = searchParams.get("Qualifier") ?? undefined;
  const route = (pattern: RegExp): RegExpExecArray | null => pattern.exec(pathname);
  const name = (match: RegExpExecArray): string => decodeURIComponent(match[1] ?? "");
  const alias = request.method === "GET" ? route(aliases) : null;
  const invoke = request.method === "POST" ? route(invocations) : null;
  const stream = request.method === "POST" ? route(streamed) : null;
  const describe = request.method === "GET" ? route(described) : null;
  if (invoke || stream) {
    if (!body) throw requestTooLarge(maxPayloadBytes);
    const input: InvokeInput = {
      functionName: name(invoke ?? (stream as RegExpExecArray)),
      payload: body,
      logTail: header(request, "x-amz-log-type") === "Tail",
      ...(qualifier !== undefined && { qualifier }),
      ...optional("clientContext", header(request, "x-amz-client-context")),
      ...optional("tenantId", header(request, "x-amz-tenant-id")),
      ...optional("traceId", header(request, "x-amzn-trace-id")),
    };
    return stream ? invokeStreamed(service, input, response) : invokeFunction(service, request, input, response);
  }
  if (alias) {
    const aliasName = decodeURIComponent(alias[2] ?? "");
    const { arn, routing } = findAlias(name(alias), aliasName);
    return answerJson(response, 200, describeAlias(arn, aliasName, routing));
  }
  if (describe) {
    const { config, version, arn } = service.describe(name(describe), qualifier);
    const configuration = describeFunction(config, version, arn);
    return answerJson(response, 200, describe[2] ? configuration : { Configuration: configuration, Tags: {} });
  }
  throw new LambdaServiceError("UnknownOperationException", 404, `${request.method} ${pathname} is not emulated`);
}

async function invokeFunction(
  service: LambdaService,
  request: IncomingMessage,
  input: InvokeInput,
  response: ServerResponse,
): Promise<void> {
  switch (header(request, "x-amz-invocation-type") ?? "RequestResponse") {
    case "Event": {
      const requestId = service.invokeAsync(input);
      response.writeHead(202, { "x-amzn-RequestId": requestId, "Content-Length": 0 }).end();
      return;
    }
    case "DryRun":
      service.check(input);
      response.writeHead(204, { "x-amzn-RequestId": randomUUID() }).end();
      return;
    case "RequestResponse": {
      const result = await service.invoke(input);
      response.writeHead(200, {
        "Content-Type": "application/json",
        "Content-Length": result.payload.length,
        "x-amzn-RequestId": result.requestId,
        "X-Amz-Executed-Version": result.executedVersion,
        ...optional("X-Amz-Function-Error", result.functionError),
        ...optional("X-Amz-Log-Result", result.logTail && Buffer.from(result.logTail).toString("base64")),
      });
      response.end(result.payload);
      return;
    }
    default:
      throw invalidParameter("InvocationType must be one of Event, RequestResponse, DryRun");
  }
}

async function invokeStreamed(service: LambdaService, input: InvokeInput, response: ServerResponse): Promise<void> {
  const begin = ({ requestId, executedVersion }: Executed): void => {
    if (response.headersSent) return;
    response.writeHead(200, {
      "Content-Type": "application/vnd.amazon.eventstream",
      "X-Amz-Executed-Version": executedVersion,
      "x-amzn-RequestId": requestId,
    });
  };
  const send = (chunk: Buffer, executed: Executed): void => {
    begin(executed);
    response.write(eventMessage("PayloadChunk", "application/octet-stream", chunk));
  };
  const result = await service.invoke({ ...input, onChunk: send });
  // The answer of a function that does not stream comes in one piece.
  if (!result.functionError && result.payload.length > 0) send(result.payload, result);
  begin(result);
  const complete = {
    ...(result.functionError && {
      ErrorCode: errorTypeOf(result.payload) ?? "Unhandled",
      ErrorDetails: result.payload.toString(),
    }),
    ...(result.logTail && { LogResult: Buffer.from(result.logTail).toString("base64") }),
  };
  response.end(eventMessage("InvokeComplete", "application/json", Buffer.from(JSON.stringify(complete))));
}

function answerError(response: ServerResponse, error: unknown): void {
  // A stream that has begun can only be cut off.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (!(error instanceof LambdaServiceError)) {
    const failure = new LambdaServiceError("ServiceException", 500, String(error));
    answerError(response, failure);
    return;
  }
  response.setHeader("x-amzn-ErrorType", error.code);
  if (error.statusCode === 429) response.setHeader("Retry-After", 1);
  const { message } = error;
  const type = error.statusCode < 500 ? "User" : "Service";
  answerJson(response, error.statusCode, {
    Type: type,
    message,
    Message: message,
    ...optional("Reason", error.reason),
  });
}

function answerJson(response: ServerResponse, status: number, value: object): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    "x-amzn-RequestId": randomUUID(),
  });
  response.end(body);
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: string });
}
