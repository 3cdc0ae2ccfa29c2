import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** How a service behaves: it answers, answers 500, or takes two seconds. */
export type Mode = "ok" | "down" | "slow";

const slowMs = 2_000;

/** All services of a page, on one server of this machine. */
export interface PartsServer extends AsyncDisposable {
  readonly url: string;
  set(part: string, mode: Mode): void;
  /** Requests that each service got since the last call of this. */
  takeRequests(): Readonly<Record<string, number>>;
}

export async function startPartsServer(): Promise<PartsServer> {
  const modes: Record<string, Mode> = {};
  let requests: Record<string, number> = {};
  const server = createServer((request, response) => {
    const [, part = "", product = ""] = request.url?.split("/") ?? [];
    requests[part] = (requests[part] ?? 0) + 1;
    const mode = modes[part] ?? "ok";
    const send = (): unknown =>
      response.writeHead(mode === "down" ? 500 : 200).end(JSON.stringify({ of: part, product }));
    if (mode === "slow") setTimeout(send, slowMs).unref();
    else send();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    set(part, mode) {
      modes[part] = mode;
    },
    takeRequests() {
      const taken = requests;
      requests = {};
      return taken;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
