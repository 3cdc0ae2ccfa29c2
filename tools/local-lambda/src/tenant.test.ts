import { GetFunctionConfigurationCommand, InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { afterEach, expect, test } from "vitest";
import type { LocalFunction, LocalLambda } from "./index.ts";
import { clientOf } from "./testing/client.ts";
import { parse, startFunction, until } from "./testing/run.ts";

let lambda: LocalLambda;
let client: LambdaClient;

async function start(fn: Partial<LocalFunction> = { tenantIsolation: true }): Promise<void> {
  lambda = await startFunction({ handler: "echo.handler", ...fn });
  client = clientOf(lambda);
}

afterEach(async () => {
  client.destroy();
  await lambda.stop();
});

// biome-ignore lint/suspicious/noExplicitAny: the echo's answer
async function invoke(TenantId: string): Promise<any> {
  const { Payload } = await client.send(new InvokeCommand({ FunctionName: "fn", TenantId }));
  return JSON.parse(Buffer.from(Payload ?? []).toString());
}

test("gives each tenant environments of its own, and the tenant ID to the handler", async () => {
  await start();
  const blue = await invoke("blue");
  expect(blue.context.tenantId).toBe("blue");
  const red = await invoke("red");
  expect(red).toMatchObject({ invocations: 1, context: { tenantId: "red" } });
  expect(red.pid).not.toBe(blue.pid);
  expect(await invoke("blue")).toMatchObject({ invocations: 2, pid: blue.pid });
  expect(lambda.environments("fn").map(({ tenantId, invocations }) => [tenantId, invocations])).toEqual([
    ["red", 1],
    ["blue", 2],
  ]);
});

test("separates the tenants of each version", async () => {
  await start({ tenantIsolation: true, aliases: { live: "1" } });
  const latest = await lambda.invoke({ functionName: "fn", tenantId: "blue" });
  const live = await lambda.invoke({ functionName: "fn:live", tenantId: "blue" });
  expect(parse(live).pid).not.toBe(parse(latest).pid);
});

test("passes the tenant ID of an event on", async () => {
  await start();
  const input = { FunctionName: "fn", InvocationType: "Event", TenantId: "blue" } as const;
  expect((await client.send(new InvokeCommand(input))).StatusCode).toBe(202);
  await until(() => lambda.queued("fn") === 0);
  expect(lambda.environments("fn")).toMatchObject([{ tenantId: "blue", invocations: 1 }]);
});

test("counts every tenant towards the reserved concurrency", async () => {
  await start({ tenantIsolation: true, reservedConcurrency: 1 });
  const busy = lambda.invoke({ functionName: "fn", tenantId: "blue", payload: { do: "sleep", ms: 300 } });
  await expect(invoke("red")).rejects.toMatchObject({ name: "TooManyRequestsException" });
  await busy;
});

test.each(["RequestResponse", "Event", "DryRun"] as const)("rejects %s without a tenant ID", async (InvocationType) => {
  await start();
  await expect(client.send(new InvokeCommand({ FunctionName: "fn", InvocationType }))).rejects.toMatchObject({
    name: "InvalidParameterValueException",
    message: expect.stringContaining("Add a valid tenant ID"),
    $metadata: { httpStatusCode: 400 },
  });
  expect(lambda.environments("fn")).toEqual([]);
});

test("rejects a tenant ID for a function without tenant isolation", async () => {
  await start({});
  await expect(invoke("blue")).rejects.toMatchObject({
    name: "InvalidParameterValueException",
    message: expect.stringContaining("Remove the tenant ID"),
  });
});

test.each(["", "a,b", "a".repeat(257)])("rejects the tenant ID %j", async (tenantId) => {
  await start();
  await expect(lambda.invoke({ functionName: "fn", tenantId })).rejects.toMatchObject({
    code: "InvalidParameterValueException",
    statusCode: 400,
  });
});

test("writes the tenant ID to platform events and console lines in JSON", async () => {
  await start({ tenantIsolation: true, logFormat: "JSON" });
  await lambda.invoke({ functionName: "fn", tenantId: "blue", payload: { do: "log", text: "seen" }, logTail: true });
  const lines = lambda.logs("fn").map(({ line }) => JSON.parse(line));
  expect(lines.find(({ type }) => type === "platform.start").record.tenantId).toBe("blue");
  expect(lines.find(({ message }) => message === "seen").tenantId).toBe("blue");
  expect(lines.find(({ type }) => type === "platform.report").record.tenantId).toBe("blue");
});

test("describes tenant isolation", async () => {
  await start();
  const { TenancyConfig } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: "fn" }));
  expect(TenancyConfig).toEqual({ TenantIsolationMode: "PER_TENANT" });
});
