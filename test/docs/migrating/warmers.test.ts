/** The examples of docs/migrating.md that answer pings: the code before and after does the same. */
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import * as warmerAfter from "./lambda-warmer.after.ts";
import * as warmerBefore from "./lambda-warmer.before.ts";
import * as pluginAfter from "./serverless-plugin-warmup.after.ts";
import * as pluginBefore from "./serverless-plugin-warmup.before.ts";

type Handler = (event: object, context: object) => Promise<unknown>;

describe.each([
  ["lambda-warmer, before", warmerBefore.handler as Handler, { warmer: true, concurrency: 1 }],
  ["lambda-warmer, after", warmerAfter.handler as Handler, { warmer: true, concurrency: 1 }],
  ["serverless-plugin-warmup, before", pluginBefore.handler as Handler, { source: "serverless-plugin-warmup" }],
  ["serverless-plugin-warmup, after", pluginAfter.handler as Handler, { source: "serverless-plugin-warmup" }],
])("%s", (_, handler, ping) => {
  test("a ping is answered, and does not reach the handler", async () => {
    const startedAt = performance.now();
    expect(await handler(ping, lambdaContext())).not.toHaveProperty("body");
    if ("source" in ping) expect(performance.now() - startedAt).toBeGreaterThan(20);
  });

  test("a request reaches the handler", async () => {
    expect(await handler(apiEvents.http(), lambdaContext())).toEqual({ statusCode: 200, body: "Hello 7" });
  });
});

test("lambda-warmer, after: the answer says which environment was warmed", async () => {
  const answer = await (warmerAfter.handler as Handler)({ warmer: true, concurrency: 3 }, lambdaContext());
  expect(answer).toMatchObject({ warmup: true, environmentId: expect.any(String) });
});
