import { afterEach, expect, test } from "vitest";
import type { LocalLambda } from "./index.ts";
import { call, parse, startFunction, until } from "./testing/run.ts";

let lambda: LocalLambda;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

afterEach(() => lambda.stop());

test("ends the unused environments of every version, and keeps the one that is used", async () => {
  lambda = await startFunction({
    handler: "echo.handler",
    idleMs: 1_000,
    aliases: { live: { version: "3", additionalVersionWeights: { "4": 0.5 } } },
  });
  const versions = ["$LATEST", "3", "4"];
  await Promise.all(versions.map((qualifier) => lambda.invoke({ functionName: "fn", qualifier })));
  expect(lambda.environments("fn").map(({ version }) => version)).toEqual(versions);
  while (lambda.environments("fn").length > 1) {
    await lambda.invoke({ functionName: "fn", qualifier: "3" });
    await pause(100);
  }
  expect(lambda.environments("fn").map(({ version }) => version)).toEqual(["3"]);
});

test("ends the unused environments of a tenant, and starts a new one for its next invocation", async () => {
  lambda = await startFunction({ handler: "echo.handler", idleMs: 300, tenantIsolation: true });
  const pidOf = async (tenantId: string): Promise<number> =>
    parse(await lambda.invoke({ functionName: "fn", tenantId })).pid;
  const blue = await pidOf("blue");
  await pidOf("red");
  await until(() => lambda.environments("fn").length === 0);
  expect(await pidOf("blue")).not.toBe(blue);
});

test("counts the idle time from the end of an invocation", async () => {
  lambda = await startFunction({ handler: "echo.handler", idleMs: 500 });
  const { pid } = await call(lambda, { do: "sleep", ms: 800 });
  await pause(200);
  expect(lambda.environments("fn").map((environment) => environment.pid)).toEqual([pid]);
  await until(() => lambda.environments("fn").length === 0);
});

test("ends an idle environment of Managed Instances, too", async () => {
  lambda = await startFunction({ handler: "echo.handler", idleMs: 300, maxConcurrency: 2 });
  await call(lambda);
  await until(() => lambda.environments("fn").length === 0);
});

test("never ends an environment if idleMs is infinite", async () => {
  lambda = await startFunction({ handler: "echo.handler", idleMs: Number.POSITIVE_INFINITY });
  const { pid } = await call(lambda);
  await pause(300);
  expect((await call(lambda)).pid).toBe(pid);
});
