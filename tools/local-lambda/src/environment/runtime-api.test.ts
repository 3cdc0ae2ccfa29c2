import { afterEach, expect, test } from "vitest";
import type { Invocation } from "../invocation.ts";
import { maxResponseBytes } from "../limits.ts";
import { createRuntimeApi, type RuntimeApi, type RuntimeApiListener } from "./runtime-api.ts";

let api: RuntimeApi;

async function serve(listener: Partial<RuntimeApiListener>): Promise<string> {
  const nothing = (): void => {};
  api = createRuntimeApi({
    next: nothing,
    running: (requestId) => (requestId === "known" ? { onChunk: undefined } : undefined),
    answer: nothing,
    initError: nothing,
    ...listener,
  });
  const address = await new Promise<string>((resolve) => api.listen(resolve));
  return `http://${address}/2018-06-01/runtime`;
}

const post = (url: string, body: string): Promise<Response> => fetch(url, { method: "POST", body });

afterEach(() => api.close());

test("answers the calls of `next` in order, each with one invocation", async () => {
  const url = await serve({});
  const first = fetch(`${url}/invocation/next`);
  await expect.poll(() => api.waiting).toBe(1);
  const second = fetch(`${url}/invocation/next`);
  await expect.poll(() => api.waiting).toBe(2);
  for (const requestId of ["1", "2"]) {
    const payload = Buffer.from(JSON.stringify({ requestId }));
    api.send({ requestId, payload, invokedArn: "arn", traceId: "trace" } as Invocation, 1_000);
  }
  expect(api.waiting).toBe(0);
  for (const [requestId, answer] of [["1", await first] as const, ["2", await second] as const]) {
    expect(answer.headers.get("lambda-runtime-aws-request-id")).toBe(requestId);
    expect(answer.headers.get("lambda-runtime-deadline-ms")).toBe("1000");
    expect(await answer.json()).toEqual({ requestId });
  }
});

test("accepts a response, an error and an init error with 202", async () => {
  const taken: unknown[] = [];
  const url = await serve({
    answer: (requestId, { failed, payload }) => taken.push([failed ? "error" : "response", requestId, `${payload}`]),
    initError: (document) => taken.push(["init", `${document}`]),
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

test("rejects the ID of an invocation that is not running", async () => {
  const answer = await post(`${await serve({})}/invocation/other/response`, "{}");
  expect([answer.status, await answer.json()]).toEqual([
    400,
    { errorMessage: "Invalid request ID", errorType: "InvalidRequestID" },
  ]);
});

test("rejects a response above 6 MB, and reports the invocation as failed", async () => {
  const outcomes: unknown[] = [];
  const url = await serve({
    answer: (_id, { failed, payload }) => outcomes.push({ failed, ...JSON.parse(`${payload}`) }),
  });
  const answer = await post(`${url}/invocation/known/response`, "x".repeat(maxResponseBytes + 1));
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({ errorType: "RequestEntityTooLarge" });
  expect(outcomes).toEqual([
    {
      failed: true,
      errorType: "Function.ResponseSizeTooLarge",
      errorMessage: expect.stringContaining("6291556 bytes"),
    },
  ]);
});

test.each([
  ["GET", "/invocation/known/response"],
  ["POST", "/invocation/next"],
  ["GET", "/elsewhere"],
])("answers 404 to %s %s", async (method, path) => {
  const answer = await fetch((await serve({})) + path, { method });
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ errorType: "InvalidRoute" });
});
