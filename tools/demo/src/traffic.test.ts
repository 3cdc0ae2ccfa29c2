import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { seededRandom } from "@midguard/kernel/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Answer } from "./facts.ts";
import { browse, createSend, type Send, signUp, startClients } from "./traffic.ts";

let server: Server;
let seen: { readonly method: string; readonly headers: IncomingHttpHeaders }[];
let answers: Answer[];
let known: string[];
let send: Send;

beforeEach(async () => {
  seen = [];
  answers = [];
  known = [];
  server = createServer((request, response) => {
    request.resume();
    seen.push({ method: request.method ?? "", headers: request.headers });
    if (request.url === "/gone") return void response.destroy();
    const status = request.method === "POST" ? 201 : 429;
    response.writeHead(status, { "content-type": "application/json", "retry-after": "1" }).end('{"id":"u-1"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  send = createSend(url, known, (answer) => answers.push(answer));
});

afterEach(() => new Promise<unknown>((resolve) => server.close(resolve).closeAllConnections()));

test("reports the answer that came back, or status 0 if none came", async () => {
  await send("203.0.113.1", { method: "GET", path: "/users" });
  await send("203.0.113.2", { method: "POST", path: "/users", body: {} });
  await send("203.0.113.3", { method: "GET", path: "/gone" });
  expect(answers).toMatchObject([
    { client: "203.0.113.1", status: 429, retryAfter: "1", contentType: "application/json" },
    { client: "203.0.113.2", status: 201 },
    { client: "203.0.113.3", status: 0 },
  ]);
  expect(answers.every(({ startedAt, endedAt }) => endedAt > startedAt)).toBe(true);
  expect(seen[0]?.headers["x-demo-client-address"]).toBe("203.0.113.1");
  expect(known).toEqual(["u-1"]);
});

test("a client has one request in flight, and stops after it", async () => {
  const next = () => ({ method: "GET", path: "/users" }) as const;
  const stop = startClients([{ address: "203.0.113.1", thinkMs: [1, 2], next }], send, seededRandom(1));
  await expect.poll(() => answers.length).toBeGreaterThan(3);
  await stop();
  const { length } = answers;
  expect(seen.length).toBe(length);
  const ordered = answers.every(
    (answer, index) => index === 0 || answer.startedAt >= (answers[index - 1]?.startedAt ?? 0),
  );
  expect(ordered).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(answers.length).toBe(length);
});

test("the same seed gives the same requests, and no user twice", () => {
  const requests = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 200 }, () => browse(["id-1"], random));
  };
  expect(requests(1)).toEqual(requests(1));
  expect(requests(1)).not.toEqual(requests(2));
  const random = seededRandom(3);
  const names = Array.from({ length: 1_000 }, () => JSON.stringify(signUp(random).body));
  expect(new Set(names).size).toBe(1_000);
});
