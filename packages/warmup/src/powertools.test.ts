import middy from "@middy/core";
import { subscribe } from "@midguard/kernel";
import { lambdaContext } from "@midguard/kernel/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { warmup } from "./middleware.ts";
import { rehearse } from "./rehearse.ts";

// Without these the tracer traces nothing. It reads them when its modules are loaded.
vi.hoisted(() => {
  process.env._X_AMZN_TRACE_ID = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1";
  process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs24.x";
  process.env.LAMBDA_TASK_ROOT = "/var/task";
  process.env._HANDLER = "index.handler";
});

const { Logger } = await import("@aws-lambda-powertools/logger");
const { injectLambdaContext } = await import("@aws-lambda-powertools/logger/middleware");
const { Metrics, MetricUnit } = await import("@aws-lambda-powertools/metrics");
const { logMetrics } = await import("@aws-lambda-powertools/metrics/middleware");
const { Tracer } = await import("@aws-lambda-powertools/tracer");
const { captureLambdaHandler } = await import("@aws-lambda-powertools/tracer/middleware");

const ping = { warmup: true };
const reached = vi.fn(async () => ({ statusCode: 200 }));

beforeEach(() => {
  // They write through the global console, and metrics, which that switches off, stay on.
  vi.stubEnv("POWERTOOLS_DEV", "true");
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  reached.mockClear();
});

test("closes the segment that the tracer opened, and restores the function's own", async () => {
  const tracer = new Tracer({ serviceName: "shop" });
  const own = tracer.getSegment();
  let opened: ReturnType<typeof tracer.getSegment>;
  const handler = middy()
    .use(captureLambdaHandler(tracer))
    .before(() => {
      opened = tracer.getSegment();
    })
    .use(warmup())
    .handler(reached);
  await handler(ping, lambdaContext());
  expect(opened?.name).toBe("## index.handler");
  expect(opened?.isClosed?.()).toBe(true);
  expect(tracer.getSegment()).toBe(own);
});

test("writes buffered metrics, also those that a subscriber of the ping added", async () => {
  const lines = vi.spyOn(console, "log").mockImplementation(() => {});
  const metrics = new Metrics({ namespace: "Shop", serviceName: "orders" });
  const stop = subscribe((event) => {
    if (event.type === "warmup.pinged") metrics.addMetric("Pinged", MetricUnit.Count, 1);
  });
  const handler = middy().use(logMetrics(metrics)).use(warmup()).handler(reached);
  await handler(ping, lambdaContext());
  stop();
  expect(lines.mock.calls.map(([line]) => JSON.parse(line))).toMatchObject([{ Pinged: 1 }]);
  expect(metrics.hasStoredMetrics()).toBe(false);
});

test("does not fail when throwOnEmptyMetrics throws on a ping without metrics", async () => {
  const metrics = new Metrics({ namespace: "Shop", serviceName: "orders" });
  const publish = vi.spyOn(metrics, "publishStoredMetrics");
  const handler = middy()
    .use(logMetrics(metrics, { throwOnEmptyMetrics: true }))
    .use(warmup())
    .handler(reached);
  expect(await handler(ping, lambdaContext())).toMatchObject({ warmup: true, cold: true });
  expect(publish.mock.results[0]?.type).toBe("throw");
});

test("resets the logger's keys of this invocation", async () => {
  const logger = new Logger({ serviceName: "orders" });
  const handler = middy()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .before(() => {
      logger.appendKeys({ user: "7" });
    })
    .use(warmup())
    .handler(reached);
  await handler(ping, lambdaContext());
  expect(logger.getPersistentLogAttributes()).toEqual({});
  const lines = vi.spyOn(console, "info").mockImplementation(() => {});
  logger.info("next");
  expect(JSON.parse(String(lines.mock.calls[0]?.[0]))).not.toHaveProperty("user");
});

test("answers pings and serves requests after all three", async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const handler = middy()
    .use(injectLambdaContext(new Logger({ serviceName: "orders" }), { resetKeys: true }))
    .use(captureLambdaHandler(new Tracer({ serviceName: "orders" })))
    .use(logMetrics(new Metrics({ namespace: "Shop", serviceName: "orders" }), { throwOnEmptyMetrics: true }))
    .use(warmup())
    .handler(async () => "served");
  expect(await handler(ping, lambdaContext())).toMatchObject({ warmup: true, invocations: 1 });
  await expect(handler({ id: 7 }, lambdaContext())).rejects.toThrow(
    "The number of metrics recorded must be higher than zero",
  );
});

test("rehearses through all three, and leaves no segment open", async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const tracer = new Tracer({ serviceName: "orders" });
  const own = tracer.getSegment();
  const opened: ReturnType<typeof tracer.getSegment>[] = [];
  async function prime(): Promise<void> {
    expect(await rehearse(handler, { id: 7 })).toMatchObject({ statusCode: 200 });
  }
  const handler = middy()
    .use(injectLambdaContext(new Logger({ serviceName: "orders" }), { resetKeys: true }))
    .use(captureLambdaHandler(tracer))
    .use(logMetrics(new Metrics({ namespace: "Shop", serviceName: "orders" })))
    .before(() => {
      opened.push(tracer.getSegment());
    })
    .use(warmup({ prime }))
    .handler(async () => ({ statusCode: 200 }));
  expect(await handler(ping, lambdaContext())).toMatchObject({ warmup: true, primed: true });
  expect(opened.map((segment) => segment?.isClosed?.())).toEqual([true, true]);
  expect(tracer.getSegment()).toBe(own);
});
