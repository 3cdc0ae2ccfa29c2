import { setTimeout as sleep } from "node:timers/promises";
import { Metrics } from "@aws-lambda-powertools/metrics";
import type middy from "@middy/core";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { describe, expect, test, vi } from "vitest";
import { stubMonotonicClock } from "../test/clock.ts";
import { fail, invoke } from "../test/handlers.ts";
import { install } from "../test/install.ts";
import { captureLines, setCold } from "../test/lines.ts";
import { metrics } from "./index.ts";

const lines = captureLines();

test("the line has two dimension sets, three metrics, two properties and at most 400 bytes", async () => {
  const context = lambdaContext();
  await invoke(install("both"), apiEvents.http(), context);

  const [line] = lines.all();
  expect(line).toEqual({
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: "Shop",
          Dimensions: [["service", "route"], ["service"]],
          Metrics: [
            { Name: "Latency", Unit: "Milliseconds" },
            { Name: "Fault", Unit: "Count" },
            { Name: "Error", Unit: "Count" },
          ],
        },
      ],
    },
    service: "orders",
    route: "GET /users/{id}",
    requestId: context.awsRequestId,
    statusCode: 200,
    Latency: expect.any(Number),
    Fault: 0,
    Error: 0,
  });
  expect(Buffer.byteLength(lines.raw[0] ?? "")).toBeLessThanOrEqual(400);
});

test("Latency is the time from requestStart, in hundredths of a millisecond, whatever the wall clock does", async () => {
  let now = 5_000;
  stubMonotonicClock(() => now);
  const handler = install("both", {
    outer: {
      before: () => {
        now += 5;
      },
    },
    handler: async () => {
      now += 12.3456;
      vi.spyOn(Date, "now").mockReturnValue(Date.now() + 3_600_000);
      return { statusCode: 200 };
    },
  });
  await handler();

  expect(lines.all()[0]?.Latency).toBe(17.35);
});

test("Latency by use alone begins with its before", async () => {
  let now = 5_000;
  stubMonotonicClock(() => now);
  const outer: middy.MiddlewareObj = {
    before: () => {
      now += 100;
    },
  };
  await install("use", { outer })();

  expect(lines.all()[0]?.Latency).toBe(0);
});

describe("cold start", () => {
  test("is 1 on the line of the environment's first request, and nowhere else", async () => {
    setCold(true);
    const handler = install("both");
    await handler();
    await handler();
    await install("both")();

    expect(lines.all().map((line) => line.ColdStart)).toEqual([1, undefined, undefined]);
  });

  test("is counted once among overlapping first requests", async () => {
    setCold(true);
    const handler = install("both", { handler: () => sleep(2) });
    await Promise.all(Array.from({ length: 10 }, () => handler()));

    expect(lines.all().filter((line) => line.ColdStart === 1)).toHaveLength(1);
  });

  test.each(["provisioned-concurrency", "snap-start", "lambda-managed-instances"])(
    "is not counted on %s",
    async (type) => {
      vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", type);
      setCold(true);
      await install("both")();

      expect(lines.all()[0]).not.toHaveProperty("ColdStart");
    },
  );

  test("is counted on demand", async () => {
    vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    setCold(true);
    await install("both")();

    expect(lines.all()[0]?.ColdStart).toBe(1);
  });

  test("can be switched off", async () => {
    setCold(true);
    await install("both", { measured: metrics({ namespace: "Shop", coldStart: false }) })();

    expect(lines.all()[0]).not.toHaveProperty("ColdStart");
  });
});

describe("the first line of an environment", () => {
  test("has the time that its start took, and how it was started", async () => {
    vi.spyOn(process, "uptime").mockReturnValueOnce(0.2345678);
    const measured = metrics({ namespace: "Shop" });
    vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    setCold(true);
    const handler = install("both", { measured });
    await handler();
    await handler();

    expect(lines.all()[0]).toMatchObject({ ColdStart: 1, InitDuration: 234.57, initializationType: "on-demand" });
    for (const name of ["ColdStart", "InitDuration", "initializationType"])
      expect(lines.all()[1]).not.toHaveProperty(name);
  });

  test.each(["provisioned-concurrency", "snap-start", "lambda-managed-instances"])(
    "has no InitDuration on %s, because no request waited",
    async (type) => {
      vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", type);
      setCold(true);
      await install("both")();

      expect(lines.all()).toMatchObject([{ initializationType: type }]);
      expect(lines.all()[0]).not.toHaveProperty("InitDuration");
    },
  );

  test("has neither if cold starts are switched off", async () => {
    vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    setCold(true);
    await install("both", { measured: metrics({ namespace: "Shop", coldStart: false }) })();

    for (const name of ["InitDuration", "initializationType"]) expect(lines.all()[0]).not.toHaveProperty(name);
  });

  test("is that of a request that times out, too", async () => {
    setCold(true);
    await invoke(install("both", { handler: () => sleep(200) }), apiEvents.http(), lambdaContext({ timeoutMs: 30 }));
    expect(lines.all()).toMatchObject([{ Timeout: 1, ColdStart: 1, InitDuration: expect.any(Number) }]);
  });
});

test("the option memory adds the most memory that the process has had, in megabytes", async () => {
  const { maxRSS } = process.resourceUsage();
  const handler = install("both", { measured: metrics({ namespace: "Shop", memory: true }) });
  await handler();
  await handler();

  for (const { MemoryUsed } of lines.all()) {
    expect(Number(MemoryUsed)).toBeGreaterThanOrEqual(Math.round(maxRSS / 1_024));
    expect(Number(MemoryUsed)).toBeLessThan(2 * (maxRSS / 1_024));
    expect(MemoryUsed).toBe(Math.round(Number(MemoryUsed)));
  }
  expect(lines.all()).toHaveLength(2);
});

test("what a failed line leaves in Powertools is not on the next line", async () => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const addMetadata = vi.spyOn(Metrics.prototype, "addMetadata").mockImplementationOnce(fail(new Error("boom")));
  const handler = install("both");
  await handler();
  await handler();

  expect(addMetadata).toHaveBeenCalledTimes(3);
  expect(lines.all()).toMatchObject([{ Fault: 0, _aws: { CloudWatchMetrics: [{ Namespace: "Shop" }] } }]);
  expect(lines.all()[0]?.Latency).toEqual(expect.any(Number));
  expect(lines.all()[0]?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([["service", "route"], ["service"]]);
});

test("a line that fails half filled is dropped with one warning, and the next is whole", async () => {
  const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const serialize = vi
    .spyOn(Metrics.prototype, "serializeMetrics")
    .mockImplementationOnce(fail(new Error("disk full")));
  const handler = install("both");
  await handler();
  await handler();

  expect(serialize).toHaveBeenCalledTimes(2);
  expect(lines.all()).toMatchObject([{ Fault: 0, Error: 0, Latency: expect.any(Number) }]);
  expect(warning).toHaveBeenCalledTimes(1);
});
