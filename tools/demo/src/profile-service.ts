/**
 * The downstream service of the users API, in a process of its own: `PUT /profiles/{id}` keeps a profile, and
 * `PUT /mode/{mode}` makes it fail. What it does it says on stdout, one JSON object a line. It ends with its parent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { DownstreamMode } from "./facts.ts";

const modes: readonly string[] = ["healthy", "flaky", "down", "slow"] satisfies DownstreamMode[];
let mode = "healthy";
let calls = 0;

function say(words: object): void {
  process.stdout.write(`${JSON.stringify(words)}\n`);
}

async function putProfile(response: ServerResponse): Promise<void> {
  calls += 1;
  // In turn, not by chance: every run sees the same mixture.
  if (mode === "down" && calls % 3 === 0) return; // Hangs: the caller has to give up by itself.
  if (mode === "down" || (mode === "flaky" && calls % 3 === 0)) {
    await sleep(10);
    response.writeHead(503, { "Content-Type": "text/plain" }).end("overloaded");
    return;
  }
  await sleep(mode === "slow" ? 150 : 30 + (calls % 5) * 5);
  response.writeHead(204).end();
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  for await (const _ of request);
  const [, kind, name = ""] = (request.url ?? "").split("/");
  if (request.method === "PUT" && kind === "profiles") return putProfile(response);
  if (request.method === "PUT" && kind === "mode" && modes.includes(name)) {
    mode = name;
    say({ at: Date.now(), mode });
    response.writeHead(204).end();
    return;
  }
  response.writeHead(404).end();
}

const server = createServer((request, response) => {
  // A client that goes away in the middle of its request is no reason to stop.
  serve(request, response).catch(() => response.destroy());
});
server.listen(0, "127.0.0.1", () => say({ port: (server.address() as AddressInfo).port }));

// The parent holds the other end: when it is gone, however it went, this ends too.
process.stdin.resume().on("end", () => process.exit(0));
// Ctrl-C reaches the whole process group; the parent ends this process in its own time.
process.on("SIGINT", () => {});
