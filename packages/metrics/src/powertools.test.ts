import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import { Tracer } from "@aws-lambda-powertools/tracer";
import { captureLambdaHandler } from "@aws-lambda-powertools/tracer/middleware";
import middy from "@middy/core";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { install } from "../test/install.ts";
import { captureLines } from "../test/lines.ts";
import { metrics } from "./index.ts";

const lines = captureLines();
beforeEach(() => {
  vi.stubEnv("POWERTOOLS_TRACE_ENABLED", "false");
});

const rejection = Object.assign(new Error("too many"), { statusCode: 429 });

/** What a rate limiter does: throws in `before`, answers in `onError`. */
const limiter: middy.MiddlewareObj = {
  before: (request) => {
    if ((request.event as { flood?: true }).flood) throw rejection;
  },
  onError: (request) => {
    if (request.error === rejection) request.response = { statusCode: 429 };
  },
};

describe.each(["before ours", "after ours"])("Powertools' middlewares %s", (order) => {
  const shared = new Metrics({ namespace: "User", serviceName: "user" });
  const measured = metrics({ namespace: "Shop", service: "orders", defaultsFrom: shared });
  const theirs = [
    injectLambdaContext(new Logger({ logLevel: "SILENT" }), { resetKeys: true }),
    captureLambdaHandler(new Tracer()),
    logMetrics(shared, { captureColdStartMetric: true, defaultDimensions: { stage: "prod" } }),
  ];
  const stack = order === "before ours" ? [...theirs, measured, limiter] : [measured, ...theirs, limiter];
  const handler = middy(measured)
    .use(stack)
    .handler(async () => {
      shared.addDimension("tenant", "t1");
      shared.addMetric("Orders", "Count", 1);
      return { statusCode: 200 };
    });

  test("leave our line and theirs alone", async () => {
    await handler(apiEvents.http(), lambdaContext() as never);

    expect(lines.requests()).toMatchObject([{ Fault: 0, Error: 0, service: "orders", stage: "prod" }]);
    expect(lines.requests()[0]).not.toHaveProperty("tenant");
    expect(lines.requests()[0]).not.toHaveProperty("Orders");
    expect(lines.events()).toMatchObject([{ Orders: 1, tenant: "t1", service: "user" }]);
    expect(lines.events()[0]).not.toHaveProperty("route");
  });

  test("tolerate a rejection", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const answer = await handler({ ...apiEvents.http(), flood: true }, lambdaContext() as never);

    expect(answer).toEqual({ statusCode: 429 });
    expect(lines.requests()).toMatchObject([{ Fault: 0, Error: 1, statusCode: 429 }]);
  });
});

test("throwOnEmptyMetrics turns every rejection into a 5xx, and the line has Fault", async () => {
  const measured = metrics({ namespace: "Shop" });
  const handler = middy(measured)
    .use(measured)
    .use(logMetrics(new Metrics({ namespace: "User" }), { throwOnEmptyMetrics: true }))
    .use(limiter)
    .handler(async () => ({ statusCode: 200 }));
  const call = handler({ ...apiEvents.http(), flood: true }, lambdaContext() as never);

  await expect(call).rejects.toThrow("The number of metrics recorded must be higher than zero");
  expect(lines.all()).toMatchObject([{ Fault: 1, Error: 0 }]);
});

test.each(["use", "plugin", "both"] as const)(
  "an early return with Powertools' cleanup emits at most one line, by %s",
  async (place) => {
    const shared = new Metrics({ namespace: "User" });
    /** What Powertools' own early returns do before they answer. */
    const early: middy.MiddlewareObj = {
      async before(request) {
        shared.addMetric("Orders", "Count", 1);
        const cleanups = Object.entries(request.internal).filter(([name]) => name.startsWith("powertools-for-aws."));
        for (const [, cleanup] of cleanups) await (cleanup as (of: unknown) => unknown)(request);
        return { statusCode: 304 };
      },
    };
    const measured = metrics({ namespace: "Shop" });
    const handler = install(place, { measured, outer: logMetrics(shared) as middy.MiddlewareObj, inner: early });
    await handler();

    expect(lines.events()).toMatchObject([{ Orders: 1 }]);
    expect(lines.requests()).toMatchObject(place === "use" ? [] : [{ Fault: 0, Error: 0, statusCode: 304 }]);
  },
);

test("POWERTOOLS_METRICS_DISABLED silences our lines, too", async () => {
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "true");
  const measured = metrics({ namespace: "Shop" });
  await middy(measured).handler(async () => ({ statusCode: 200 }))({}, lambdaContext() as never);

  expect(lines.all()).toEqual([]);
});

test("Powertools' key for early returns stays its own", async () => {
  const seen: unknown[] = [];
  const measured = metrics({ namespace: "Shop" });
  await middy(measured)
    .use(measured)
    .before((request) => void seen.push(Object.keys(request.internal)))
    .handler(async () => ({}))({}, lambdaContext() as never);

  expect(seen).toEqual([[]]);
});
