import { Agent, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { errorDocument } from "./errors.ts";

/** One invocation as the Runtime API hands it over. */
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
  /** Opens a streamed response; `done` resolves when the platform has taken it. */
  stream(requestId: string, highWaterMark: number | undefined): { body: ClientRequest; done: Promise<void> };
}

const prefix = "/2018-06-01/runtime";

/** A client for the Runtime API at `host:port`. */
export function createRuntimeClient(runtimeApi: string): RuntimeClient {
  const { hostname, port } = new URL(`http://${runtimeApi}`);
  const agent = new Agent({ keepAlive: true });
  const invocation = (requestId: string): string => `${prefix}/invocation/${encodeURIComponent(requestId)}`;

  return {
    async next() {
      const response = await send("GET", `${prefix}/invocation/next`, undefined);
      return { headers: response.headers, body: response.body };
    },
    async respond(requestId, body) {
      await send("POST", `${invocation(requestId)}/response`, body);
    },
    async fail(requestId, error) {
      await postError(`${invocation(requestId)}/error`, error);
    },
    async failInit(error) {
      await postError(`${prefix}/init/error`, error);
    },
    stream(requestId, highWaterMark) {
      const body = request({
        hostname,
        port,
        agent,
        method: "POST",
        path: `${invocation(requestId)}/response`,
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
      // A handler that never awaits its stream must not turn its failure into an unhandled rejection.
      done.catch(() => {});
      return { body, done };
    },
  };

  function postError(path: string, error: unknown): Promise<unknown> {
    const document = errorDocument(error);
    return send("POST", path, JSON.stringify(document), {
      "Lambda-Runtime-Function-Error-Type": document.errorType.replaceAll(/[^\t\x20-\x7e]/g, "?"),
    });
  }

  function send(
    method: "GET" | "POST",
    path: string,
    body: string | undefined,
    headers: Record<string, string> = {},
  ): Promise<NextInvocation> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
      const outgoing = request({
        hostname,
        port,
        agent,
        method,
        path,
        headers: { "Content-Type": "application/json", ...length, ...headers },
      });
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
}
