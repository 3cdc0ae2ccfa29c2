import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** How the next request ends: with a status, or never. */
type Reply = number | "hang";

export interface PaymentService extends AsyncDisposable {
  readonly url: string;
  /** Requests so far. */
  readonly requests: number;
  /** Replies to the next requests with these, then to each with the last of them. */
  reply(...replies: readonly Reply[]): void;
}

/** A payment service on this machine. It replies 200 to everything, unless it is set otherwise. */
export async function startPaymentService(): Promise<PaymentService> {
  let requests = 0;
  let replies: readonly Reply[] = [200];
  const server = createServer((_, response) => {
    requests += 1;
    const [reply = 200, ...rest] = replies;
    if (rest.length > 0) replies = rest;
    if (reply !== "hang") response.writeHead(reply).end("receipt");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests;
    },
    reply(...next) {
      replies = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
