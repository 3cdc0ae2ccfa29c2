/**
 * The downstream service of the users API, in its own process: `PUT /profiles/{id}` stores a profile, and `PUT /mode/{mode}`
 * makes the service fail. It reports its port and each change of mode on stdout, one JSON object a line. It ends with its parent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { DownstreamMode } from "./facts.ts";

const modes: readonly string[] = ["healthy", "flaky", "down", "slow"] satisfies DownstreamMode[];

type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function report(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function createProfileService(): Serve {
  let mode = "healthy";
  let calls = 0;

  async function putProfile(response: ServerResponse): Promise<void> {
    calls += 1;
    // In turn, not at random, so that every run has the same mixture.
    const third = calls % 3 === 0;
    // Hangs: the caller has to time out.
    if (mode === "down" && third) return;
    if (mode === "down" || (mode === "flaky" && third)) {
      await sleep(10);
      response.writeHead(503, { "Content-Type": "text/plain" }).end("overloaded");
      return;
    }
    await sleep(mode === "slow" ? 150 : 30 + (calls % 5) * 5);
    response.writeHead(204).end();
  }

  return async function serve(request, response) {
    for await (const _ of request);
    const [, kind, name = ""] = (request.url ?? "").split("/");
    if (request.method === "PUT" && kind === "profiles") return putProfile(response);
    if (request.method === "PUT" && kind === "mode" && modes.includes(name)) {
      mode = name;
      report({ at: Date.now(), mode });
      response.writeHead(204).end();
      return;
    }
    response.writeHead(404).end();
  };
}

const serve = createProfileService();
const server = createServer((request, response) => {
  // A client that disconnects in the middle of its request must not end the service.
  serve(request, response).catch(() => response.destroy());
});
server.listen(0, "127.0.0.1", () => report({ port: (server.address() as AddressInfo).port }));

// The parent holds the other end of stdin, which closes however the parent ends.
process.stdin.resume().on("end", () => process.exit(0));
// Ctrl-C reaches the whole process group; the parent ends this process itself.
process.on("SIGINT", () => {});
