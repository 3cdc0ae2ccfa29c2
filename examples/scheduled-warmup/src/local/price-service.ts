import { writeFile } from "node:fs/promises";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { generate } from "selfsigned";

/** A service that can only be reached over TLS, and from afar. */
export interface PriceService extends AsyncDisposable {
  /** With a slash at its end. */
  readonly url: string;
  /** The certificate that clients must trust. */
  readonly certificateFile: string;
  /** How many connections were opened. */
  readonly connections: number;
}

/** Starts the service. A connection takes `setUpMs` to be opened, as it does over three round trips. */
export async function startPriceService(folder: string, setUpMs: number): Promise<PriceService> {
  const certificateFile = join(folder, "prices.pem");
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });
  await writeFile(certificateFile, cert);
  let connections = 0;
  const https = createHttpsServer({ key, cert, keepAliveTimeout: 600_000 }, (request, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ of: request.url?.slice(1), amount: 12.5, currency: "EUR" }));
  });
  const front = createServer({ pauseOnConnect: true }, (socket) => {
    connections += 1;
    setTimeout(() => {
      https.emit("connection", socket);
      socket.resume();
    }, setUpMs);
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  const { port } = front.address() as AddressInfo;
  return {
    url: `https://localhost:${port}/`,
    certificateFile,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      https.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
    },
  };
}
