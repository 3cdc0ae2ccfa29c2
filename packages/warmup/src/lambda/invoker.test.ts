import type { LambdaClient } from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { lambdaInvoker } from "./invoker.ts";

const call = {
  functionName: "users",
  qualifier: undefined,
  tenantId: undefined,
  invocationType: "RequestResponse",
  ping: { warmup: true },
} as const;

/** A client that answers with one output. */
function clientWith(output: object): LambdaClient {
  return { send: async () => output } as unknown as LambdaClient;
}

test.each([
  ["no payload", undefined, undefined],
  ["an empty payload", "", undefined],
  ["text", "ok", undefined],
  ["JSON", '{"warmup":true}', { warmup: true }],
  ["the head of a stream", '{"warmup":true}\0\0\0\0\0\0\0\0', { warmup: true }],
])("reads an answer with %s", async (_, text, answer) => {
  const Payload = text === undefined ? undefined : Buffer.from(text);
  const { invoke } = lambdaInvoker(clientWith({ Payload, ExecutedVersion: "7" }));
  const { signal } = new AbortController();
  expect(await invoke(call, signal)).toEqual({ kind: "answered", answer, version: "7" });
});

test.each([
  [{ code: "ECONNRESET" }, 2],
  [{ message: "socket hang up" }, 2],
  [{ name: "TooManyRequestsException", $metadata: { httpStatusCode: 429 } }, 1],
])("sends once more if the connection broke: %j", async (facts, calls) => {
  let sent = 0;
  const send = async (): Promise<object> => {
    sent += 1;
    if (sent === 1) throw Object.assign(new Error("failed"), facts);
    return { Payload: Buffer.from("{}"), ExecutedVersion: "7" };
  };
  const { invoke } = lambdaInvoker({ send } as unknown as LambdaClient);
  const { kind } = await invoke(call, new AbortController().signal);
  expect([sent, kind]).toEqual([calls, calls === 2 ? "answered" : "failed"]);
});

test("sends no more once its signal has aborted", async () => {
  let sent = 0;
  const send = async (): Promise<never> => {
    sent += 1;
    throw Object.assign(new Error("failed"), { code: "ECONNRESET" });
  };
  const { invoke } = lambdaInvoker({ send } as unknown as LambdaClient);
  await expect(invoke(call, AbortSignal.abort())).rejects.toThrow("failed");
  expect(sent).toBe(1);
});

test("passes on why an alias could not be looked up", async () => {
  const denied = Object.assign(new Error("no lambda:GetAlias"), { name: "AccessDeniedException" });
  const invoker = lambdaInvoker({ send: () => Promise.reject(denied) } as unknown as LambdaClient);
  await expect(invoker.versionsOf?.("users", "live", new AbortController().signal)).rejects.toBe(denied);
});
