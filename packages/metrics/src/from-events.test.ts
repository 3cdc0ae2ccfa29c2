import middy from "@middy/core";
import type { MidguardEvent } from "@midguard/kernel";
import { enterInvocation, eventChannel } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext } from "@midguard/kernel/testing";
import { describe, expect, test, vi } from "vitest";
import { install, places } from "../test/install.ts";
import { captureLines } from "../test/lines.ts";
import { metrics } from "./index.ts";

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
    ["a call given up", { ...exhausted, reason: "max-retries" }, { RetryExhausted: 1, dependency: "payments" }],
    ["a call given up for want of budget", { ...exhausted, reason: "budget" }, { RetryExhausted: 1 }],
    ["a failure not worth a retry", { ...exhausted, reason: "not-retryable" }, undefined],
    ["a caller who gave up", { ...exhausted, reason: "aborted" }, undefined],
    ["a circuit that opened", opened, { CircuitOpened: 1, dependency: "stock" }],
    ["a rejected call", rejected, { CircuitRejected: 1, dependency: "stock" }],
    ["a circuit that closed", { type: "circuit.closed", source: "stock" }, undefined],
    ["a throttled request", exceeded, { Throttled: 1 }],
    ["a request that a dry run would have throttled", { ...exceeded, dryRun: true }, undefined],
    ["a denied request", { type: "rate_limit.denied", source: "d", reason: "deny-list", dryRun: false }, undefined],
  ])("%s", async (_name, event, expected) => {
    await install("both", { handler: publishing(event) })();

    expect(lines.requests()).toHaveLength(1);
    expect(lines.happenings()).toMatchObject(expected === undefined ? [] : [expected]);
    if (expected !== undefined) {
      expect(setsOf(lines.happenings()[0])).toEqual(
        "dependency" in expected || event.type.startsWith("retry") ? [["service", "dependency"]] : [["service"]],
      );
    }
  });
});

test.each(places)("what happened in a request is a line for each dependency, by %s", async (place) => {
  const context = lambdaContext();
  const events = [scheduled, scheduled, { ...exhausted, reason: "deadline" }, opened, rejected, exceeded] as const;
  await install(place, { handler: publishing(...events) })(apiEvents.http(), context);

  expect(lines.requests()).toHaveLength(1);
  const { awsRequestId: requestId } = context;
  expect(lines.happenings()).toMatchObject([
    { dependency: "payments", RetryAttempts: 2, RetryExhausted: 1, requestId },
    { dependency: "stock", CircuitOpened: 1, CircuitRejected: 1, requestId },
    { Throttled: 1, requestId },
  ]);
});

test("requests one after the other each tell their own, also with the same context object", async () => {
  const context = lambdaContext();
  const handler = install("both", { handler: publishing(rejected) });
  // Where another of our middlewares is the outermost, it ends the invocation, or fails to.
  const run = async (): Promise<void> => {
    enterInvocation({ event: {}, context }, {});
    await handler(apiEvents.http(), context);
    await handler(apiEvents.http(), context);
  };
  await run();

  expect(lines.requests()).toHaveLength(2);
  expect(lines.happenings()).toMatchObject([{ CircuitRejected: 1 }, { CircuitRejected: 1 }]);
});

test("hundreds of events are one number, and no dimension is lost", async () => {
  await install("both", { handler: publishing(...Array.from({ length: 250 }, () => scheduled)) })();

  expect(lines.happenings()).toMatchObject([{ RetryAttempts: 250, dependency: "payments" }]);
  expect(setsOf(lines.requests()[0])).toEqual([["service", "route"], ["service"]]);
});

test("a dependency beyond the hundredth is OTHER", async () => {
  const events = Array.from({ length: 102 }, (_, n) => ({ ...scheduled, source: `tenant-${n}` }));
  await install("both", { handler: publishing(...events) })();

  expect(
    lines
      .happenings()
      .map((line) => line.dependency)
      .slice(99),
  ).toEqual(["tenant-99", "OTHER", "OTHER"]);
});

test.each(["", "café", "x".repeat(2_000), "\n"])("a dependency named %j is OTHER, with one warning", async (source) => {
  const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const handler = install("both", { handler: publishing({ ...rejected, source }) });
  await handler();
  await handler();

  expect(lines.happenings()).toMatchObject([{ dependency: "OTHER" }, { dependency: "OTHER" }]);
  expect(warning).toHaveBeenCalledTimes(1);
});

test("what an outer before told before it threw is counted by use too, though the request is not", async () => {
  const outer: middy.MiddlewareObj = {
    before(request) {
      enterInvocation(request, outer);
      publish(exceeded);
      throw new Error("429");
    },
  };
  await expect(install("use", { outer })()).rejects.toThrow("429");

  expect(lines.all()).toMatchObject([{ Throttled: 1 }]);
});

test("what is told after the line is written is told at once", async () => {
  const owner: middy.MiddlewareObj = {
    before: (request) => void enterInvocation(request, owner),
    after: () => publish(rejected),
  };
  const handler = install("use", { outer: owner });
  metrics({ namespace: "Shop", service: "made later" });
  await handler();

  expect(lines.all()).toMatchObject([{ Latency: expect.any(Number) }, { CircuitRejected: 1, service: "orders" }]);
});

test("what happens in no invocation is a line at once, of the one made last", () => {
  metrics({ namespace: "Shop", service: "first" });
  metrics({ namespace: "Shop", service: "last" });
  publish(opened, { type: "circuit.closed", source: "stock" });

  expect(lines.all()).toMatchObject([{ service: "last", dependency: "stock", CircuitOpened: 1 }]);
  expect(lines.all()[0]).not.toHaveProperty("requestId");
});

test.each(places)("what happened on a ping is told with it, by %s", async (place) => {
  const priming: middy.MiddlewareObj = {
    before() {
      publish(scheduled, scheduled, pinged);
      return { warmup: true };
    },
  };
  await install(place, { inner: priming })();
  await install(place, { outer: priming })();

  function sumOf(metric: string): number {
    return lines.happenings().reduce((sum, line) => sum + Number(line[metric] ?? 0), 0);
  }
  expect([sumOf("RetryAttempts"), sumOf("WarmupPing")]).toEqual([4, 2]);
  expect(lines.requests()).toEqual([]);
});

test.each(places)("what happens after the line is told by itself, and nothing twice, by %s", async (place) => {
  const around: middy.MiddlewareObj = {
    before: (request) => void enterInvocation(request, around),
    after: () => publish(scheduled, { type: "circuit.isolated", source: "stock" }),
  };
  await install(place, { outer: around, handler: publishing(scheduled) })();

  expect(lines.happenings().reduce((sum, line) => sum + Number(line.RetryAttempts ?? 0), 0)).toBe(2);
});

test("what happens in a handler without metrics is not counted, but a ping is", () => {
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
  expect(lines.happenings().map((line) => line._aws.CloudWatchMetrics[0]?.Namespace)).toEqual(["Outer", "Outer"]);
});

test("two copies of the package count an event once", async () => {
  const outer = metrics({ namespace: "Outer" });
  vi.resetModules();
  const copy = await import("./index.ts");
  expect(copy.metrics).not.toBe(metrics);
  const inner = copy.metrics({ namespace: "Inner" });
  const handler = middy(outer).use(outer).use(inner).handler(publishing(rejected));
  await handler(apiEvents.http(), lambdaContext() as never);

  expect(lines.requests()).toHaveLength(2);
  expect(lines.happenings()).toHaveLength(1);
});

test("50 overlapping requests each tell their own", async () => {
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

  const seen = lines.happenings().map((line) => `${line.dependency} ${line.requestId} ${line.RetryAttempts}`);
  expect(seen.sort()).toEqual(Array.from({ length: 50 }, (_, n) => `d${n} r${n} 1`).sort());
});
