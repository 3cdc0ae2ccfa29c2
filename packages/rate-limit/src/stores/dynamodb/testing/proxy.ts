import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A request to DynamoDB. */
interface Asked {
  /** `UpdateItem`, for instance. */
  readonly operation: string;
  readonly body: string;
}

/** An answer in place of DynamoDB's: an error body, or none because the connection breaks after DynamoDB has answered. */
export type Instead = { readonly status: number; readonly body: object } | "lost";

/** A server before DynamoDB Local that answers some requests itself. */
export interface DynamoDbProxy {
  readonly endpoint: string;
  readonly asked: Asked[];
  /** Decides about each request; by default all are passed on. */
  answer: (asked: Asked) => Instead | undefined;
  stop(): Promise<void>;
}

/** Passes a request on. Resolves with DynamoDB's answer. */
function passOn(target: string, from: IncomingMessage, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { ...from.headers, host: new URL(target).host };
    request(target, { method: "POST", headers }, resolve).once("error", reject).end(body);
  });
}

async function reply(target: string, proxy: DynamoDbProxy, from: IncomingMessage, to: ServerResponse): Promise<void> {
  const body = await text(from);
  const asked = { operation: String(from.headers["x-amz-target"]).replace(/^.*\./, ""), body };
  proxy.asked.push(asked);
  const instead = proxy.answer(asked);
  if (instead !== undefined && instead !== "lost") {
    to.writeHead(instead.status, { "Content-Type": "application/x-amz-json-1.0" }).end(JSON.stringify(instead.body));
    return;
  }
  const answer = await passOn(target, from, body);
  const said = await text(answer);
  if (instead === "lost") {
    to.destroy();
    return;
  }
  to.writeHead(answer.statusCode ?? 500, { "Content-Type": "application/x-amz-json-1.0" }).end(said);
}

/** Starts a proxy before a server. */
export async function startProxy(target: string): Promise<DynamoDbProxy> {
  const server = createServer((from, to) => void reply(target, proxy, from, to).catch(() => to.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: DynamoDbProxy = {
    endpoint: `http://127.0.0.1:${port}`,
    asked: [],
    answer: () => undefined,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}
