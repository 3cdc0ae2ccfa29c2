import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** How the service behaves: it answers, is out of capacity, hangs, or refuses connections. */
export type Mode = "ok" | "capacity" | "hang" | "refuse";

/** What AWS answers for a region that has no capacity left. */
const noCapacity = {
  Type: "Service",
  Message: "We currently do not have sufficient capacity in the region you requested.",
};

/** The stock service of a region, on this machine. */
export interface StockService extends AsyncDisposable {
  readonly url: string;
  /** Requests that have reached it. */
  readonly requests: number;
  set(mode: Mode): Promise<void>;
}

/** Starts it on a free port, which it keeps while it refuses connections. */
export async function startStockService(): Promise<StockService> {
  let [mode, requests]: [Mode, number] = ["ok", 0];
  const server = createServer((request, response) => {
    requests += 1;
    if (mode === "hang") return;
    response.setHeader("Content-Type", "application/json");
    if (mode === "capacity") {
      response.writeHead(503).end(JSON.stringify(noCapacity));
      return;
    }
    const id = request.url?.split("/").at(-1) ?? "";
    response.writeHead(id === "unknown" ? 404 : 200).end(JSON.stringify({ id, pieces: 7 }));
  });

  async function listen(port: number): Promise<void> {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  }

  async function close(): Promise<void> {
    server.closeAllConnections();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  }

  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    get requests() {
      return requests;
    },
    async set(next) {
      if (next === "refuse") await close();
      else if (!server.listening) await listen(port);
      // Ends what hangs.
      else server.closeAllConnections();
      mode = next;
    },
    [Symbol.asyncDispose]: close,
  };
}
