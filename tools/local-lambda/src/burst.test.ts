import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LocalLambda } from "./index.ts";
import { clientOf } from "./testing/client.ts";
import { startFunction } from "./testing/run.ts";

let lambda: LocalLambda;
let client: LambdaClient;

beforeEach(async () => {
  lambda = await startFunction({ handler: "echo.handler" });
  client = clientOf(lambda);
});

afterEach(async () => {
  client.destroy();
  await lambda.stop();
});

/** Invokes at once, each for as long as the others need to arrive, and returns the process IDs. */
async function burst(count: number): Promise<number[]> {
  const Payload = JSON.stringify({ do: "sleep", ms: 500 });
  const answers = Array.from({ length: count }, () => client.send(new InvokeCommand({ FunctionName: "fn", Payload })));
  return (await Promise.all(answers)).map((answer) => JSON.parse(Buffer.from(answer.Payload ?? []).toString()).pid);
}

test("starts an environment for each of 20 parallel invocations, and uses the same 20 for the next 20", async () => {
  const first = new Set(await burst(20));
  expect(first.size).toBe(20);
  expect(new Set(await burst(20))).toEqual(first);
  expect(lambda.environments("fn").map(({ invocations }) => invocations)).toEqual(Array(20).fill(2));
});

test("uses the most recently used environments for fewer parallel invocations", async () => {
  await burst(6);
  const lastTwo = lambda.environments("fn").slice(-2);
  expect(new Set(await burst(2))).toEqual(new Set(lastTwo.map(({ pid }) => pid)));
});
