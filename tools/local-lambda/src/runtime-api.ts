import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Invocation } from "./invocation.ts";
import { maxResponseBytes } from "./limits.ts";

/** What a runtime client asks and tells. */
export interface RuntimeApiListener {
  /** The runtime asks for its next invocation; the answer may wait for as long as it takes. */
  next(answer: ServerResponse): void;
  /** Whether that invocation is running here. */
  knows(requestId: string): boolean;
  /** A whole response, or `undefined` where it exceeds the limit. */
  response(requestId: string, body: Buffer | undefined): void;
  chunk(requestId: string, chunk: Buffer): void;
  /** A streamed response has ended, with the error of its trailers if there was one. */
  streamEnd(requestId: string, error: Buffer | undefined): void;
  error(requestId: string, body: Buffer): void;
  initError(body: Buffer): void;
}

const route = /^\/2018-06-01\/runtime\/(?:invocation\/(next)|invocation\/([^/]+)\/(response|error)|init\/(error))$/;

/**
 * The Lambda Runtime API of one environment
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). One server each: its port says who speaks.
 */
export function createRuntimeApi(listener: RuntimeApiListener): Server {
  const server = createServer((request, response) => {
    const match = route.exec(request.url ?? "");
    const [, next, requestId, kind, init] = match ?? [];
    if (next && request.method === "GET") {
      listener.next(response);
    } else if (init && request.method === "POST") {
      readBody(request, Number.POSITIVE_INFINITY, (body) => {
        accept(response);
        listener.initError(body ?? Buffer.alloc(0));
      });
    } else if (requestId && request.method === "POST") {
      take(listener, requestId, kind === "error", request, response);
    } else {
      refuse(response, 404, "InvalidRoute", `${request.method} ${request.url} is not part of the Runtime API`);
    }
  });
  // A frozen runtime keeps its connection open and silent for any time.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  return server;
}

/** Answers the runtime's `next` with an invocation, which ends at `deadline` in epoch ms. */
export function sendInvocation(asker: ServerResponse, invocation: Invocation, deadline: number): void {
  const { requestId, payload, invokedArn, traceId, clientContext } = invocation;
  asker.writeHead(200, {
    "Content-Type": "application/json",
    "Content-Length": payload.length,
    "Lambda-Runtime-Aws-Request-Id": requestId,
    "Lambda-Runtime-Deadline-Ms": deadline,
    "Lambda-Runtime-Invoked-Function-Arn": invokedArn,
    "Lambda-Runtime-Trace-Id": traceId,
    ...(clientContext !== undefined && { "Lambda-Runtime-Client-Context": clientContext }),
  });
  asker.end(payload);
}

function take(
  listener: RuntimeApiListener,
  requestId: string,
  isError: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (!listener.knows(requestId)) {
    request.resume();
    refuse(response, 400, "InvalidRequestID", "Invalid request ID");
  } else if (isError) {
    readBody(request, Number.POSITIVE_INFINITY, (body) => {
      accept(response);
      listener.error(requestId, body ?? Buffer.alloc(0));
    });
  } else if (request.headers["lambda-runtime-function-response-mode"] === "streaming") {
    request.on("data", (chunk: Buffer) => listener.chunk(requestId, chunk));
    request.on("end", () => {
      accept(response);
      listener.streamEnd(requestId, trailerError(request));
    });
  } else {
    readBody(request, maxResponseBytes, (body) => {
      if (body) accept(response);
      else
        refuse(
          response,
          413,
          "RequestEntityTooLarge",
          `Exceeded maximum allowed payload size (${maxResponseBytes} bytes).`,
        );
      listener.response(requestId, body);
    });
  }
}

function trailerError(request: IncomingMessage): Buffer | undefined {
  const type = request.trailers["lambda-runtime-function-error-type"];
  if (type === undefined) return undefined;
  const body = request.trailers["lambda-runtime-function-error-body"];
  return body === undefined ? Buffer.from(JSON.stringify({ errorType: type })) : Buffer.from(body, "base64");
}

/** Reads a body to its end; hands over `undefined` where it is longer than the limit. */
export function readBody(request: IncomingMessage, limitBytes: number, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limitBytes) chunks.push(chunk);
    else chunks.length = 0;
  });
  request.on("end", () => {
    if (size > limitBytes) done(undefined);
    else done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
  });
}

const accepted = '{"status":"OK"}\n';

function accept(response: ServerResponse): void {
  response.writeHead(202, { "Content-Type": "application/json", "Content-Length": accepted.length });
  response.end(accepted);
}

function refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ errorMessage, errorType }));
}
