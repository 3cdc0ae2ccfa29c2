import middy from "@middy/core";
import type { MidguardEvent } from "@midguard/kernel";
import { enterInvocation, eventChannel } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { describe, expect, test, vi } from "vitest";
import { install, places } from "../../test/install.ts";
import { captureLines } from "../../test/lines.ts";
import { metrics } from "../index.ts";

const lines = captureLines();

const outcome = { ok: false, error: new Error("boom") } as const;
const scheduled = { type: "retry.scheduled", source: "payments", attempt: 1, delayMs: 10, outcome } as const;
const exhausted = { type: "retry.exhausted", source: "payments", attempts: 4, elapsedMs: 70, outcome } as const;
const opened = { type: "circuit.opened", source: "stock", openMs: 500, reason: "tripped" } as const;
const rejected = { type: "circuit.rejected", source: "stock", retryAfterMs: 400 } as const;
const exceeded = {
  type: "rate_limit.exceeded",
  source: "default",
  key: "203.0.113.7",
  violated: ["10-per-1s"],
  retryAfterMs: 100,
  dryRun: false,
} as const;
const pinged = { type: "warmup.pinged", source: "w", cold: true, stale: false, heldMs: 0, correlationId: "c" } as const;

const channels = { rate_limit: "rate-limit", retry: "retry", circuit: "circuit-breaker", warmup: "warmup" } as const;

function publish(...events: readonly MidguardEvent[]): void {
  for (const event of events) {
    const family = event.type.split(".")[0] as keyof typeof channels;
    eventChannel<MidguardEvent>(channels[family]).publish(event);
  }
}

function publishing(...events: readonly MidguardEvent[]): () => Promise<object> {
  return async () => {
    publish(...events);
    return { statusCode: 200 };
  };
}

function setsOf(line: { _aws: { CloudWatchMetrics: readonly { Dimensions: string[][] }[] } } | undefined): unknown {
  return line?._aws.CloudWatchMetrics[0]?.Dimensions;
}

describe("one event each", () => {
  test.each<[string, MidguardEvent, object | undefined]>([
    ["a retry", scheduled, { RetryAttempts: 1, dependency: "payments" }],
    [
      "a call that failed after its retries",
      { ...exhausted, reason: "max-retries" },
      { RetryExhausted: 1, dependency: "payments" },
    ],
    ["a call that failed without budget for a retry", { ...exhausted, reason: "budget" }, { RetryExhausted: 1 }],
    ["a failure that is not retryable", { ...exhausted, reason: "not-retryable" }, undefined],
    ["a call that its caller aborted", { ...exhausted, reason: "aborted" }, undefined],
    ["a circuit that opened", opened, { CircuitOpened: 1, dependency: "stock" }],
    ["a rejected call", rejected, { CircuitRejected: 1, dependency: "stock" }],
    ["a circuit that closed", { type: "circuit.closed", source: "stock" }, undefined],
    ["a request that a dry run would have throttled", { ...exceeded, dryRun: true }, undefined],
    ["a denied request", { type: "rate_limit.denied", source: "d", reason: "deny-list", dryRun: false }, undefined],
  ])("%s", async (_name, event, expected) => {
    await install("both", { handler: publishing(event) })();

    expect(lines.requests()).toHaveLength(1);
    expect(lines.events()).toMatchObject(expected === undefined ? [] : [expected]);
    if (expected !== undefined) expect(setsOf(lines.events()[0])).toEqual([["service", "dependency"]]);
  });
});

test.each(places)("a throttled request is one line, an Error with its route, by %s", async (place) => {
  const limiter: middy.MiddlewareObj = {
    before() {
      publish(exceeded);
      throw Object.assign(new Error("too many requests"), { statusCode: 429 });
    },
    onError(request) {
      request.response = { statusCode: 429 };
    },
  };
  await install(place, { inner: limiter })();

  expect(lines.all()).toMatchObject([{ Throttled: 1, Error: 1, Fault: 0, route: "GET /users/{id}", statusCode: 429 }]);
  expect(lines.all()).toHaveLength(1);
  expect(setsOf(lines.all()[0])).toEqual([["service", "route"], ["service"]]);
});

test.each(places)("the events of a request are one line for each dependency, by %s", async (place) => {
  const context = lambdaContext();
  const events = [scheduled, scheduled, { ...exhausted, reason: "deadline" }, opened, rejected, exceeded] as const;
  await install(place, { handler: publishing(...events) })(apiEvents.http(), context);

  expect(lines.requests()).toHaveLength(1);
  const { awsRequestId: requestId } = context;
  expect(lines.events()).toMatchObject([
    { dependency: "payments", RetryAttempts: 2, RetryExhausted: 1, requestId },
    { dependency: "stock", CircuitOpened: 1, CircuitRejected: 1, requestId },
  ]);
  expect(lines.events()).toHaveLength(2);
  expect(lines.requests()).toMatchObject([{ Throttled: 1, requestId }]);
});

test("consecutive requests each emit their own events, also with the same context object", async () => {
  const context = lambdaContext();
  const handler = install("both", { handler: publishing(rejected) });
  // If another of our middlewares is the outermost, it has to end the invocation, and may fail to.
  const run = async (): Promise<void> => {
    enterInvocation({ event: {}, context }, {});
    await handler(apiEvents.http(), context);
    await handler(apiEvents.http(), context);
  };
  await run();

  expect(lines.requests()).toHaveLength(2);
  expect(lines.events()).toMatchObject([{ CircuitRejected: 1 }, { CircuitRejected: 1 }]);
});

test.each(places)("a nested handler that fails leaves the events to the request around it, by %s", async (place) => {
  const measured = metrics({ namespace: "Shop", service: "orders" });
  const context = lambdaContext();
  const boom = (): never => {
    throw new Error("boom");
  };
  const inner = install(place, { measured, handler: boom });
  const handler = async (): Promise<object> => {
    publish(scheduled);
    await inner(apiEvents.rest(), context).catch(() => publish(scheduled));
    return { statusCode: 200 };
  };
  await install(place, { measured, handler })(apiEvents.http(), context);

  expect(lines.all()).toMatchObject([{ Fault: 0, statusCode: 200 }, { RetryAttempts: 2 }]);
  expect(lines.all()).toHaveLength(2);
});

test("hundreds of events are one number, and no dimension is lost", async () => {
  await install("both", { handler: publishing(...Array.from({ length: 250 }, () => scheduled)) })();

  expect(lines.events()).toMatchObject([{ RetryAttempts: 250, dependency: "payments" }]);
  expect(setsOf(lines.requests()[0])).toEqual([["service", "route"], ["service"]]);
});

test("a dependency beyond the hundredth is OTHER", async () => {
  const events = Array.from({ length: 102 }, (_, n) => ({ ...scheduled, source: `tenant-${n}` }));
  await install("both", { handler: publishing(...events) })();

  expect(
    lines
      .events()
      .map((line) => line.dependency)
      .slice(99),
  ).toEqual(["tenant-99", "OTHER", "OTHER"]);
});

test.each(["", "café", "x".repeat(2_000), "\n"])("a dependency named %j is OTHER, with one warning", async (source) => {
  const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const handler = install("both", { handler: publishing({ ...rejected, source }) });
  await handler();
  await handler();

  expect(lines.events()).toMatchObject([{ dependency: "OTHER" }, { dependency: "OTHER" }]);
  expect(warning).toHaveBeenCalledTimes(1);
});

test("an event that an outer before publishes before it throws is counted by use too, though the request is not", async () => {
  const outer: middy.MiddlewareObj = {
    before(request) {
      enterInvocation(request, outer);
      publish(exceeded);
      throw new Error("429");
    },
  };
  await expect(install("use", { outer })()).rejects.toThrow("429");

  expect(lines.all()).toMatchObject([{ Throttled: 1 }]);
  expect(setsOf(lines.all()[0])).toEqual([["service"]]);
});

test("an event after the line is emitted at once", async () => {
  const owner: middy.MiddlewareObj = {
    before: (request) => void enterInvocation(request, owner),
    after: () => publish(rejected),
  };
  const handler = install("use", { outer: owner });
  metrics({ namespace: "Shop", service: "made later" });
  await handler();

  expect(lines.all()).toMatchObject([{ Latency: expect.any(Number) }, { CircuitRejected: 1, service: "orders" }]);
});

test("an event outside of any invocation is emitted at once, by the metrics() made last", () => {
  metrics({ namespace: "Shop", service: "first" });
  metrics({ namespace: "Shop", service: "last" });
  publish(opened, { type: "circuit.closed", source: "stock" });

  expect(lines.all()).toMatchObject([{ service: "last", dependency: "stock", CircuitOpened: 1 }]);
  expect(lines.all()[0]).not.toHaveProperty("requestId");
});

test.each(places)("events of a ping are emitted with it, by %s", async (place) => {
  const priming: middy.MiddlewareObj = {
    before() {
      publish(scheduled, scheduled, pinged);
      return { warmup: true };
    },
  };
  await install(place, { inner: priming })();
  await install(place, { outer: priming })();

  function sumOf(metric: string): number {
    return lines.events().reduce((sum, line) => sum + Number(line[metric] ?? 0), 0);
  }
  expect([sumOf("RetryAttempts"), sumOf("WarmupPing")]).toEqual([4, 2]);
  expect(lines.requests()).toEqual([]);
});

test.each(places)("an event after the line is emitted on its own, and nothing twice, by %s", async (place) => {
  const around: middy.MiddlewareObj = {
    before: (request) => void enterInvocation(request, around),
    after: () => publish(scheduled, { type: "circuit.isolated", source: "stock" }),
  };
  await install(place, { outer: around, handler: publishing(scheduled) })();

  expect(lines.events().reduce((sum, line) => sum + Number(line.RetryAttempts ?? 0), 0)).toBe(2);
});

test("events in a handler without metrics are not counted, but a ping is", () => {
  metrics({ namespace: "Shop", service: "orders" });
  const call = async (): Promise<void> => {
    enterInvocation({ event: {}, context: lambdaContext() }, {});
    publish(opened, pinged);
  };
  void call();

  expect(lines.all()).toMatchObject([{ WarmupPing: 1 }]);
  expect(lines.all()).toHaveLength(1);
});

test("two measured objects count an event once, by the outermost", async () => {
  const outer = metrics({ namespace: "Outer" });
  const inner = metrics({ namespace: "Inner" });
  const handler = middy(outer).use(outer).use(inner).handler(publishing(rejected));
  await handler(apiEvents.http(), lambdaContext() as never);
  await install("use", { outer, measured: inner, handler: publishing(rejected) })();

  expect(lines.requests()).toHaveLength(4);
  expect(lines.events().map((line) => line._aws.CloudWatchMetrics[0]?.Namespace)).toEqual(["Outer", "Outer"]);
});

test("two measured objects of the same names count an event once, on one line", async () => {
  const [outer, inner] = [metrics({ namespace: "Shop" }), metrics({ namespace: "Shop" })];
  await install("use", { outer, measured: inner, handler: publishing(rejected, exceeded) })();

  expect(lines.all()).toMatchObject([{ Latency: expect.any(Number), Throttled: 1 }, { CircuitRejected: 1 }]);
  expect(lines.all()).toHaveLength(2);
});

test("two copies of the package count an event once", async () => {
  const outer = metrics({ namespace: "Outer" });
  vi.resetModules();
  const copy = await import("../index.ts");
  expect(copy.metrics).not.toBe(metrics);
  const inner = copy.metrics({ namespace: "Inner" });
  const handler = middy(outer).use(outer).use(inner).handler(publishing(rejected));
  await handler(apiEvents.http(), lambdaContext() as never);

  expect(lines.requests()).toHaveLength(2);
  expect(lines.events()).toHaveLength(1);
});

test("50 overlapping requests each emit their own events", async () => {
  const handler = install("both", {
    handler: async ({ n }: { n: number }) => {
      await new Promise((resolve) => setImmediate(resolve));
      publish({ ...scheduled, source: `d${n}` });
      return { statusCode: 200 };
    },
  });
  await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      handler({ ...apiEvents.http(), n }, { ...lambdaContext(), awsRequestId: `r${n}` }),
    ),
  );

  const seen = lines.events().map((line) => `${line.dependency} ${line.requestId} ${line.RetryAttempts}`);
  expect(seen.sort()).toEqual(Array.from({ length: 50 }, (_, n) => `d${n} r${n} 1`).sort());
});
