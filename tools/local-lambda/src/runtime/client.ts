import { Agent, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { errorDocument } from "./errors.ts";

/** One invocation, as the Runtime API sends it. */
export interface NextInvocation {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The runtime's side of the Lambda Runtime API. */
export interface RuntimeClient {
  next(): Promise<NextInvocation>;
  respond(requestId: string, body: string): Promise<void>;
  fail(requestId: string, error: unknown): Promise<void>;
  failInit(error: unknown): Promise<void>;
  /** Opens a streamed response; `done` resolves when the platform has received it. */
  stream(requestId: string, highWaterMark: number | undefined): { body: ClientRequest; done: Promise<void> };
}

const prefix = "/2018-06-01/runtime";

interface Connection {
  readonly hostname: string;
  readonly port: string;
  readonly agent: Agent;
}

/** Creates a client for the Runtime API at `host:port`. */
export function createRuntimeClient(runtimeApi: string): RuntimeClient {
  const { hostname, port } = new URL(`http://${runtimeApi}`);
  const connection: Connection = { hostname, port, agent: new Agent({ keepAlive: true }) };
  const invocation = (requestId: string): string => `${prefix}/invocation/${encodeURIComponent(requestId)}`;
  return {
    next: () => send(connection, "GET", `${prefix}/invocation/next`),
    async respond(requestId, body) {
      await send(connection, "POST", `${invocation(requestId)}/response`, body);
    },
    fail: (requestId, error) => sendError(connection, `${invocation(requestId)}/error`, error),
    failInit: (error) => sendError(connection, `${prefix}/init/error`, error),
    stream: (requestId, highWaterMark) => openStream(connection, `${invocation(requestId)}/response`, highWaterMark),
  };
}

function openStream(
  connection: Connection,
  path: string,
  highWaterMark: number | undefined,
): ReturnType<RuntimeClient["stream"]> {
  const body = request({
    ...connection,
    method: "POST",
    path,
    ...(highWaterMark !== undefined && { highWaterMark }),
    headers: {
      "Content-Type": "application/octet-stream",
      "Lambda-Runtime-Function-Response-Mode": "streaming",
      Trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
      "Transfer-Encoding": "chunked",
    },
  });
  const done = new Promise<void>((resolve, reject) => {
    body.on("error", reject);
    body.on("response", (response) => response.resume().on("end", resolve));
  });
  // A handler that never awaits its stream must not cause an unhandled rejection.
  done.catch(() => {});
  return { body, done };
}

async function sendError(connection: Connection, path: string, error: unknown): Promise<void> {
  const document = errorDocument(error);
  await send(connection, "POST", path, JSON.stringify(document), {
    "Lambda-Runtime-Function-Error-Type": document.errorType.replaceAll(/[^\t\x20-\x7e]/g, "?"),
  });
}

function send(
  connection: Connection,
  method: "GET" | "POST",
  path: string,
  body?: string,
  extraHeaders: Record<string, string> = {},
): Promise<NextInvocation> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
    const headers = { "Content-Type": "application/json", ...length, ...extraHeaders };
    const outgoing = request({ ...connection, method, path, headers });
    outgoing.on("error", reject);
    outgoing.on("response", (response: IncomingMessage) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ headers: response.headers, body: text }));
      response.on("error", reject);
    });
    outgoing.end(body);
  });
}
