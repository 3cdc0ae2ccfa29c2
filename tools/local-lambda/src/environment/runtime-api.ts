import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { close, listen, readBody } from "../http-server.ts";
import type { Invocation, Outcome } from "../invocation.ts";
import { maxResponseBytes } from "../limits.ts";
import { responseTooLarge } from "./failure.ts";

/** The environment behind a Runtime API. */
export interface RuntimeApiListener {
  /** The runtime asks for its next invocation; the answer may take any time. */
  next(): void;
  /** The invocation of this ID, if it is running. Without `onChunk`, a streamed response is gathered into the outcome. */
  running(requestId: string): Pick<Invocation, "onChunk"> | undefined;
  /** The runtime has answered an invocation. */
  answer(requestId: string, outcome: Outcome): void;
  /** The runtime could not initialise. */
  initError(document: Buffer): void;
}

/** The Lambda Runtime API of one environment. */
export interface RuntimeApi {
  /** Calls of `next` that have no answer yet. */
  readonly waiting: number;
  /** Listens on a free port and passes on its `host:port`. */
  listen(onListening: (address: string) => void): void;
  /** Answers the oldest call of `next`. The invocation ends at `deadline` (epoch ms). */
  send(invocation: Invocation, deadline: number): void;
  close(): void;
}

const route = /^\/2018-06-01\/runtime\/(?:invocation\/(next)|invocation\/([^/]+)\/(response|error)|init\/(error))$/;

/**
 * Creates the Lambda Runtime API of one environment
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). Each has its own server, so the port identifies the runtime.
 */
export function createRuntimeApi(listener: RuntimeApiListener): RuntimeApi {
  const asking: ServerResponse[] = [];
  const server = createServer((request, response) => {
    const [, next, requestId, kind, init] = route.exec(request.url ?? "") ?? [];
    if (next && request.method === "GET") {
      asking.push(response);
      listener.next();
    } else if (init && request.method === "POST") {
      readBody(request, Number.POSITIVE_INFINITY, (body) => {
        accept(response);
        listener.initError(body ?? Buffer.alloc(0));
      });
    } else if (requestId && request.method === "POST") {
      receive(listener, requestId, kind === "error", request, response);
    } else {
      refuse(response, 404, "InvalidRoute", `${request.method} ${request.url} is not part of the Runtime API`);
    }
  });
  // A frozen runtime keeps its connection open and silent for any time.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;

  return {
    get waiting() {
      return asking.length;
    },
    listen: (onListening) => void listen(server).then((port) => onListening(`127.0.0.1:${port}`)),
    send(invocation, deadline) {
      const response = asking.shift();
      if (response) sendInvocation(response, invocation, deadline);
    },
    close: () => void close(server),
  };
}

function sendInvocation(response: ServerResponse, invocation: Invocation, deadline: number): void {
  const { requestId, payload, invokedArn, traceId, clientContext, tenantId } = invocation;
  response.writeHead(200, {
    "Content-Type": "application/json",
    "Content-Length": payload.length,
    "Lambda-Runtime-Aws-Request-Id": requestId,
    "Lambda-Runtime-Deadline-Ms": deadline,
    "Lambda-Runtime-Invoked-Function-Arn": invokedArn,
    "Lambda-Runtime-Trace-Id": traceId,
    ...(clientContext !== undefined && { "Lambda-Runtime-Client-Context": clientContext }),
    ...(tenantId !== undefined && { "Lambda-Runtime-Aws-Tenant-Id": tenantId }),
  });
  response.end(payload);
}

function receive(
  listener: RuntimeApiListener,
  requestId: string,
  isError: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const invocation = listener.running(requestId);
  if (!invocation) {
    request.resume();
    refuse(response, 400, "InvalidRequestID", "Invalid request ID");
  } else if (isError) {
    readBody(request, Number.POSITIVE_INFINITY, (body) => {
      accept(response);
      listener.answer(requestId, { failed: true, payload: body ?? Buffer.alloc(0) });
    });
  } else if (request.headers["lambda-runtime-function-response-mode"] === "streaming") {
    receiveStream(listener, requestId, invocation.onChunk, request, response);
  } else {
    receiveResponse(listener, requestId, request, response);
  }
}

function receiveStream(
  listener: RuntimeApiListener,
  requestId: string,
  onChunk: Invocation["onChunk"],
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const chunks: Buffer[] = [];
  request.on("data", onChunk ?? ((chunk: Buffer) => void chunks.push(chunk)));
  request.on("end", () => {
    accept(response);
    const error = trailerError(request);
    listener.answer(requestId, { failed: error !== undefined, payload: error ?? Buffer.concat(chunks) });
  });
}

function receiveResponse(
  listener: RuntimeApiListener,
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  readBody(request, maxResponseBytes, (body) => {
    if (body) {
      accept(response);
      listener.answer(requestId, { failed: false, payload: body });
    } else {
      const message = `Exceeded maximum allowed payload size (${maxResponseBytes} bytes).`;
      refuse(response, 413, "RequestEntityTooLarge", message);
      listener.answer(requestId, { failed: true, payload: responseTooLarge });
    }
  });
}

function trailerError(request: IncomingMessage): Buffer | undefined {
  const type = request.trailers["lambda-runtime-function-error-type"];
  if (type === undefined) return undefined;
  const body = request.trailers["lambda-runtime-function-error-body"];
  return body === undefined ? Buffer.from(JSON.stringify({ errorType: type })) : Buffer.from(body, "base64");
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
