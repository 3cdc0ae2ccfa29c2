import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { maxResponseBytes } from "./limits.ts";
import { createRuntimeApi, type RuntimeApiListener } from "./runtime-api.ts";

let server: Server;

async function serve(listener: Partial<RuntimeApiListener>): Promise<string> {
  const nothing = (): void => {};
  server = createRuntimeApi({
    next: nothing,
    knows: (requestId) => requestId === "known",
    response: nothing,
    chunk: nothing,
    streamEnd: nothing,
    error: nothing,
    initError: nothing,
    ...listener,
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/2018-06-01/runtime`;
}

const post = (url: string, body: string): Promise<Response> => fetch(url, { method: "POST", body });

afterEach(() => {
  server.close();
  server.closeAllConnections();
});

test("accepts a response, an error and an init error with 202", async () => {
  const taken: unknown[] = [];
  const url = await serve({
    response: (requestId, body) => taken.push(["response", requestId, body?.toString()]),
    error: (requestId, body) => taken.push(["error", requestId, body.toString()]),
    initError: (body) => taken.push(["init", body.toString()]),
  });
  for (const path of ["invocation/known/response", "invocation/known/error", "init/error"]) {
    const answer = await post(`${url}/${path}`, path);
    expect([answer.status, await answer.json()]).toEqual([202, { status: "OK" }]);
  }
  expect(taken).toEqual([
    ["response", "known", "invocation/known/response"],
    ["error", "known", "invocation/known/error"],
    ["init", "init/error"],
  ]);
});

test("refuses the id of an invocation that is not running", async () => {
  const answer = await post(`${await serve({})}/invocation/other/response`, "{}");
  expect([answer.status, await answer.json()]).toEqual([
    400,
    { errorMessage: "Invalid request ID", errorType: "InvalidRequestID" },
  ]);
});

test("refuses a response above 6 MB, and says so to the platform", async () => {
  const bodies: unknown[] = [];
  const url = await serve({ response: (_id, body) => bodies.push(body) });
  const answer = await post(`${url}/invocation/known/response`, "x".repeat(maxResponseBytes + 1));
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({ errorType: "RequestEntityTooLarge" });
  expect(bodies).toEqual([undefined]);
});

test.each([
  ["GET", "/invocation/known/response"],
  ["POST", "/invocation/next"],
  ["GET", "/elsewhere"],
])("knows no %s %s", async (method, path) => {
  const answer = await fetch((await serve({})) + path, { method });
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ errorType: "InvalidRoute" });
});
