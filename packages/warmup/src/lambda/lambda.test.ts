import { LambdaClient } from "@aws-sdk/client-lambda";
import { type LocalFunction, type LocalLambda, startLocalLambda } from "@midguard/local-lambda";
import { readEmf } from "@midguard/metrics/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isWarm, type TargetReport } from "../warmer/report.ts";
import type { WarmTarget } from "../warmer/target.ts";
import { createWarmer } from "../warmer/warmer.ts";
import { createWarmerHandler } from "./handler.ts";
import { lambdaInvoker } from "./invoker.ts";

const taskRoot = new URL("../../fixtures/functions", import.meta.url).pathname;

function aFunction(handler: string, options: Partial<LocalFunction> = {}): LocalFunction {
  const execArgv = ["--conditions=@midguard/source", "--disable-warning=ExperimentalWarning"];
  return { handler, taskRoot, execArgv, timeoutMs: 10_000, ...options };
}

const functions = {
  users: aFunction("warm.handler"),
  "users-5": aFunction("warm.handler"),
  "users-10": aFunction("warm.handler"),
  "users-20": aFunction("warm.handler"),
  orders: aFunction("warm.handler", { aliases: { live: "7" } }),
  marked: aFunction("warm.marked"),
  plain: aFunction("warm.plain"),
  slow: aFunction("warm.slow", { timeoutMs: 1_000 }),
  broken: aFunction("broken.handler"),
  busy: aFunction("warm.handler", { reservedConcurrency: 0 }),
  narrow: aFunction("warm.handler", { reservedConcurrency: 2 }),
  shared: aFunction("warm.handler", { maxConcurrency: 10 }),
  provisioned: aFunction("warm.handler", { aliases: { live: "3" }, provisionedConcurrency: { live: 1 } }),
  tenants: aFunction("warm.handler", { tenantIsolation: true }),
  canary: aFunction("warm.handler", {
    aliases: { live: { version: "7", additionalVersionWeights: { "8": 0.1 } } },
  }),
};

let lambda: LocalLambda;
let client: LambdaClient;
beforeAll(async () => {
  lambda = await startLocalLambda({ functions });
  const { endpoint, region } = lambda;
  client = new LambdaClient({ endpoint, region, credentials: { accessKeyId: "local", secretAccessKey: "local" } });
});
afterAll(() => {
  client.destroy();
  return lambda.stop();
});

async function warmed(...targets: readonly WarmTarget[]): Promise<readonly TargetReport[]> {
  return (await createWarmer({ targets, invoker: lambdaInvoker(client) }).run()).targets;
}

async function warmedOne(target: WarmTarget): Promise<TargetReport> {
  const [report] = await warmed(target);
  return report as TargetReport;
}

describe.concurrent.each([5, 10, 20])("%i environments of a function on local Lambda", (concurrency) => {
  test("are at least 99 % of those asked for, 20 times, in two rounds at most", { timeout: 120_000 }, async ({
    expect,
  }) => {
    const functionName = `users-${concurrency}`;
    let distinct = 0;
    for (let run = 0; run < 20; run += 1) {
      const report = await warmedOne({ functionName, concurrency });
      expect(report.failures).toEqual([]);
      expect(report.rounds).toBeLessThanOrEqual(2);
      distinct += Math.min(report.distinct, concurrency);
    }
    expect(distinct / (20 * concurrency)).toBeGreaterThanOrEqual(0.99);
    expect(lambda.environments(functionName).length).toBeGreaterThanOrEqual(concurrency);
  });
});

describe("a target that cannot be warmed is one row, and the others are warmed:", () => {
  test.each<[string, WarmTarget, Partial<TargetReport["failures"][number]>]>([
    ["no such function", { functionName: "gone" }, { reason: "not-found", message: expect.stringContaining("gone") }],
    ["no such alias", { functionName: "orders", qualifier: "canary" }, { reason: "not-found" }],
    ["throttled", { functionName: "busy", concurrency: 3 }, { reason: "throttled" }],
    ["a timeout", { functionName: "slow", concurrency: 3 }, { reason: "timed-out" }],
    [
      "a throw at import",
      { functionName: "broken", concurrency: 3 },
      { reason: "function-error", message: "Error: no such secret" },
    ],
    ["no middleware", { functionName: "plain", concurrency: 3 }, { reason: "not-warmup" }],
  ])("%s", async (_, target, failure) => {
    const [row, other] = await warmed(target, { functionName: "orders", qualifier: "live" });
    expect(row).toMatchObject({ distinct: 0, pings: 1, failures: [{ count: 1, ...failure }] });
    expect(other).toMatchObject({ distinct: 1, version: "7", failures: [] });
  });

  test("no access", async () => {
    const none = new LambdaClient({
      region: "eu-central-1",
      credentials: async () => {
        throw Object.assign(new Error("Could not load credentials"), { name: "CredentialsProviderError" });
      },
    });
    const warmer = createWarmer({ targets: [{ functionName: "users" }], invoker: lambdaInvoker(none) });
    const failure = { reason: "access-denied", message: "CredentialsProviderError: Could not load credentials" };
    expect((await warmer.run()).targets[0]?.failures).toMatchObject([failure]);
  });

  test("no network", async () => {
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const none = new LambdaClient({ endpoint: "http://127.0.0.1:1", region: "eu-central-1", credentials });
    const warmer = createWarmer({ targets: [{ functionName: "users" }], invoker: lambdaInvoker(none) });
    expect((await warmer.run()).targets[0]?.failures).toMatchObject([{ reason: "unreachable", count: 1 }]);
  });
});

test("throttles in a round are reported, beside what was warmed", async () => {
  const report = await warmedOne({ functionName: "narrow", concurrency: 4 });
  expect(report).toMatchObject({ asked: 4, distinct: 2, rounds: 2, failures: [{ reason: "throttled", count: 4 }] });
  expect(isWarm(report)).toBe(false);
});

test("Managed Instances are left alone after one ping", async () => {
  const report = await warmedOne({ functionName: "shared", concurrency: 5 });
  expect(report).toMatchObject({ skipped: "lambda-managed-instances", pings: 1, failures: [] });
});

test("provisioned concurrency is left alone after one ping", async () => {
  const report = await warmedOne({ functionName: "provisioned", qualifier: "live", concurrency: 5 });
  expect(report).toMatchObject({ skipped: "provisioned-concurrency", pings: 1, version: "3", failures: [] });
});

test("both versions of a weighted alias are warmed", async () => {
  const reports = await warmed({ functionName: "canary", qualifier: "live", concurrency: 3 });
  expect(reports).toMatchObject([
    { qualifier: "live", version: "7", asked: 3, failures: [] },
    { qualifier: "live", version: "8", asked: 3, failures: [] },
  ]);
  const versions = lambda.environments("canary").map(({ version }) => version);
  expect(versions.filter((version) => version === "7").length).toBeGreaterThanOrEqual(3);
  expect(versions.filter((version) => version === "8").length).toBeGreaterThanOrEqual(3);
});

test("each tenant's environments are warmed", async () => {
  const target = { functionName: "tenants", concurrency: 2 };
  const reports = await warmed({ ...target, tenantId: "a" }, { ...target, tenantId: "b" }, target);
  expect(reports.map(({ tenantId, distinct }) => [tenantId, distinct])).toEqual([
    ["a", 2],
    ["b", 2],
    [undefined, 0],
  ]);
  expect(reports[2]?.failures).toMatchObject([{ reason: "rejected", count: 1 }]);
  const tenants = lambda.environments("tenants").map(({ tenantId }) => tenantId);
  expect(tenants.sort()).toEqual(["a", "a", "b", "b"]);
});

test("an event is accepted unseen, and reaches warmup()", async () => {
  const report = await warmedOne({ functionName: "orders", invocationType: "Event" });
  expect(report).toMatchObject({ distinct: 0, pings: 1, failures: [] });
  await expect.poll(() => lambda.queued("orders"), { timeout: 10_000 }).toBe(0);
  expect(lambda.deadLetters("orders")).toEqual([]);
});

describe("a function that takes marked pings only", () => {
  test("takes the warmer's", async () => {
    expect(await warmedOne({ functionName: "marked" })).toMatchObject({ distinct: 1, failures: [] });
  });

  test("treats an unmarked ping as a request", async () => {
    const payload = { warmup: true };
    const { payload: answer } = await lambda.invoke({ functionName: "marked", payload });
    expect(JSON.parse(answer.toString())).toEqual({ reached: payload });
  });
});

describe("the handler of a warmer function", () => {
  const context = { getRemainingTimeInMillis: () => 60_000 };

  test("writes a line for each target, and returns the report", async () => {
    const lines: string[] = [];
    const handler = createWarmerHandler({
      targets: [{ functionName: "users" }, { functionName: "gone", qualifier: "live" }],
      invoker: lambdaInvoker(client),
      write: (line) => lines.push(line),
    });
    const report = await handler({}, context);
    const [good, bad] = lines.map((line) => JSON.parse(line));
    expect(lines).toHaveLength(2);
    expect(good).toMatchObject({
      level: "INFO",
      message: "warmed",
      correlationId: report.correlationId,
      functionName: "users",
      qualifier: "$LATEST",
      asked: 1,
      distinct: 1,
      failures: [],
    });
    expect(good._aws).toBeUndefined();
    expect(bad).toMatchObject({ level: "WARN", functionName: "gone", qualifier: "live", distinct: 0 });
    expect(bad.failures).toMatchObject([{ reason: "not-found" }]);
  });

  test("writes metrics on the line if it has a namespace", async () => {
    const lines: string[] = [];
    const handler = createWarmerHandler({
      invoker: lambdaInvoker(client),
      namespace: "Shop",
      write: (line) => lines.push(line),
    });
    await handler({ targets: [{ functionName: "narrow", concurrency: 3 }] }, context);
    expect(lines).toHaveLength(1);
    const dimensions = { functionName: "narrow", qualifier: "$LATEST" };
    const metric = (name: string, value: number) => ({
      namespace: "Shop",
      name,
      unit: "Count",
      dimensions,
      values: [value],
    });
    expect(readEmf(lines)).toMatchObject([
      metric("WarmAsked", 3),
      metric("WarmDistinct", 2),
      metric("WarmCold", expect.any(Number)),
      metric("WarmFailed", expect.any(Number)),
    ]);
  });

  test("stops before its own time is up", async () => {
    const handler = createWarmerHandler({
      targets: [{ functionName: "slow" }],
      invoker: lambdaInvoker(client),
      write: () => {},
    });
    const { targets } = await handler({}, { getRemainingTimeInMillis: () => 2_100 });
    expect(targets[0]?.failures).toMatchObject([{ reason: "no-answer", message: "the warmer ran out of time" }]);
  });

  test("rejects an event with bad targets, naming them", async () => {
    const handler = createWarmerHandler({ invoker: lambdaInvoker(client) });
    await expect(handler({ targets: [{ name: "users" }] }, context)).rejects.toThrow("targets[0]: unknown option name");
    await expect(handler({}, context)).rejects.toThrow("createWarmer: targets must be an array, got undefined");
  });

  test.each([
    [{ targets: [{}] }, "createWarmer: targets[0]: functionName must be a non-empty string, got undefined"],
    [{ namespace: "AWS/Lambda" }, 'createWarmerHandler: namespace must be a CloudWatch namespace, got "AWS/Lambda"'],
    [{ maxParallel: 0 }, "createWarmerHandler: maxParallel must be a whole number of at least 1, got 0"],
    [{ target: [] }, "createWarmerHandler: unknown option target (an empty array): did you mean targets?"],
  ])("refuses %j", (options, message) => {
    expect(() => createWarmerHandler(options as never)).toThrow(message);
  });
});

test("lambdaInvoker refuses what is no client", () => {
  expect(() => lambdaInvoker({} as LambdaClient)).toThrow(
    "lambdaInvoker: client.send must be a function, got undefined",
  );
});
