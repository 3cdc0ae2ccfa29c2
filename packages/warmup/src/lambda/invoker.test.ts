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
