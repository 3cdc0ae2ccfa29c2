import type middy from "@middy/core";
import type { MidguardEvent } from "@midguard/kernel";
import { eventChannel, runRehearsal } from "@midguard/kernel/internal";
import { apiEvents, lambdaContext, otherEvents } from "@midguard/kernel/testing";
import { metrics as otelApi } from "@opentelemetry/api";
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { stubMonotonicClock } from "../../test/clock.ts";
import { fail, invoke } from "../../test/handlers.ts";
import { install, places } from "../../test/install.ts";
import { captureLines, setCold } from "../../test/lines.ts";
import { type MetricsOptions, measureCall, metrics } from "../index.ts";
import { type OtelSinkOptions, otelSink } from "./index.ts";

const lines = captureLines();

let exporter: InMemoryMetricExporter;
let provider: MeterProvider;
beforeEach(() => {
  exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  provider = makeProvider(exporter);
});
afterEach(() => provider.shutdown());

function makeProvider(to: InMemoryMetricExporter): MeterProvider {
  // As long as the process lives: nothing but a flush exports.
  const reader = new PeriodicExportingMetricReader({ exporter: to, exportIntervalMillis: 3_600_000 });
  return new MeterProvider({ readers: [reader] });
}

/** All that has been exported, by the name of the metric. */
function exported() {
  const metricsOf = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return Object.fromEntries(
    metricsOf.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      { ...descriptor, points: dataPoints as DataPoint<number | Histogram>[] },
    ]),
  );
}

function measuredBy(options: MetricsOptions = {}, sink: OtelSinkOptions = { provider }) {
  return metrics({ namespace: "Shop", service: "orders", sinks: [otelSink(sink)], ...options });
}

test("a request is one point of http.server.request.duration, in seconds, with the conventions' attributes", async () => {
  let now = 5_000;
  stubMonotonicClock(() => now);
  const handler = () => {
    now += 80;
    return { statusCode: 201 };
  };
  await install("both", { measured: measuredBy(), handler })();

  const { "http.server.request.duration": duration, ...others } = exported();
  expect(others).toEqual({});
  expect(duration).toMatchObject({ unit: "s", description: expect.stringContaining("time from the start") });
  expect(duration?.points).toHaveLength(1);
  expect(duration?.points[0]?.attributes).toEqual({
    "http.request.method": "GET",
    "http.route": "/users/{id}",
    "http.response.status_code": 201,
    "url.scheme": "https",
  });
  expect(duration?.points[0]?.value).toMatchObject({
    count: 1,
    sum: 0.08,
    buckets: { boundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] },
  });
});

describe("an API request", () => {
  async function attributesOf(event: unknown, handler: () => unknown = () => ({ statusCode: 200 })) {
    await invoke(install("both", { measured: measuredBy(), handler }), event);
    return exported()["http.server.request.duration"]?.points[0]?.attributes;
  }

  test("without a template has no http.route", async () => {
    expect(await attributesOf({ ...apiEvents.alb(), headers: { "x-forwarded-proto": "http" } })).toEqual({
      "http.request.method": "GET",
      "http.response.status_code": 200,
      "url.scheme": "http",
    });
  });

  test("that fails without an answer has the error's name, and no status", async () => {
    expect(await attributesOf(apiEvents.http(), fail(new RangeError("boom")))).toEqual({
      "http.request.method": "GET",
      "http.route": "/users/{id}",
      "url.scheme": "https",
      "error.type": "RangeError",
    });
  });

  test("that fails with names of errors made up is one of a hundred types", async () => {
    const handler = install("both", {
      measured: measuredBy(),
      handler: ({ name }: { name: string }) => {
        throw Object.assign(new Error("boom"), { name });
      },
    });
    for (let n = 0; n < 102; n += 1) await invoke(handler, { ...apiEvents.http(), name: `E${n}` });
    const points = exporter.getMetrics().map(({ scopeMetrics }) => scopeMetrics[0]?.metrics[0]?.dataPoints[0]);
    const types = points.map((point) => point?.attributes["error.type"]);
    expect(types.slice(99)).toEqual(["E99", "OTHER", "OTHER"]);
  });
});

test("an event that is no API request is faas.invoke_duration, by its trigger", async () => {
  const event = otherEvents.sqs?.() as { Records: { messageId: string }[] };
  const batchItemFailures = [{ itemIdentifier: event.Records[0]?.messageId }];
  await install("both", { measured: measuredBy(), handler: () => ({ batchItemFailures }) })(event);

  const { "faas.invoke_duration": duration, "midguard.batch.item_failures": failures } = exported();
  expect(duration?.points[0]?.attributes).toMatchObject({ "faas.trigger": "pubsub" });
  expect(failures).toMatchObject({ unit: "{record}" });
  expect(failures?.points).toMatchObject([{ value: 1, attributes: { "faas.trigger": "pubsub" } }]);
});

test("a batch without failures begins no series of failures", async () => {
  await install("both", { measured: measuredBy(), handler: () => ({ batchItemFailures: [] }) })(otherEvents.sqs?.());
  expect(Object.keys(exported())).toEqual(["faas.invoke_duration"]);
});

test("cold start, memory, throttling, calls and events have instruments", async () => {
  setCold(true);
  const handler = async () => {
    const exceeded = { source: "default", key: "k", violated: [], retryAfterMs: 1, dryRun: false };
    eventChannel<MidguardEvent>("rate-limit").publish({ type: "rate_limit.exceeded", ...exceeded });
    eventChannel<MidguardEvent>("circuit-breaker").publish({
      type: "circuit.rejected",
      source: "stock",
      retryAfterMs: 1,
    });
    for (let call = 0; call < 150; call += 1) await measureCall("payments", () => 1);
    return { statusCode: 429 };
  };
  await install("both", { measured: measuredBy({ memory: true }), handler })();

  const points = Object.fromEntries(Object.entries(exported()).map(([name, { points }]) => [name, points]));
  const attributes = { "http.request.method": "GET", "http.route": "/users/{id}" };
  expect(points).toMatchObject({
    "faas.coldstarts": [{ value: 1, attributes }],
    "faas.init_duration": [{ value: { count: 1 }, attributes }],
    "faas.mem_usage": [{ value: { count: 1, min: expect.any(Number) }, attributes }],
    "midguard.rate_limit.throttled": [{ value: 1, attributes }],
    "midguard.circuit.rejected": [{ value: 1, attributes: { "server.service.name": "stock" } }],
    "midguard.dependency.duration": [{ value: { count: 150 }, attributes: { "server.service.name": "payments" } }],
  });
  expect(exported()["faas.mem_usage"]).toMatchObject({ unit: "By" });
  expect(exported()["faas.coldstarts"]).toMatchObject({ unit: "{coldstart}" });
});

test("a warm-up ping is a count, not a request; a rehearsal is nothing", async () => {
  const ping: middy.MiddlewareObj = {
    before: () => {
      eventChannel("warmup").publish({
        type: "warmup.pinged",
        source: "w",
        cold: true,
        stale: false,
        heldMs: 0,
        correlationId: "c",
      });
      return { warmup: true };
    },
  };
  const measured = measuredBy();
  await install("both", { measured, inner: ping })();
  expect(Object.keys(exported())).toEqual(["midguard.warmup.pings"]);
  expect(exported()["midguard.warmup.pings"]?.points).toMatchObject([{ value: 1, attributes: {} }]);

  const context = lambdaContext();
  await runRehearsal(context, () => install("both", { measured })(apiEvents.http(), context));
  await provider.forceFlush();
  expect(Object.keys(exported())).toEqual(["midguard.warmup.pings"]);
});

describe("beside EMF and instead of it", () => {
  test("both by default", async () => {
    await install("both", { measured: measuredBy() })();
    expect(lines.all()).toMatchObject([{ Latency: expect.any(Number) }]);
    expect(exported()).toHaveProperty(["http.server.request.duration"]);
  });

  test("no line with emf: false, and no namespace is needed", async () => {
    const warning = vi.spyOn(process, "emitWarning");
    await install("both", { measured: metrics({ emf: false, sinks: [otelSink({ provider })] }) })();
    expect(lines.all()).toEqual([]);
    expect(exported()).toHaveProperty(["http.server.request.duration"]);
    expect(warning).not.toHaveBeenCalled();
  });

  test("two metrics(), one for each, count a request once each", async () => {
    const [emf, otel] = [
      metrics({ namespace: "Shop" }),
      metrics({ namespace: "Shop", emf: false, sinks: [otelSink({ provider })] }),
    ];
    await install("use", { outer: emf, measured: otel })();
    expect(lines.requests()).toHaveLength(1);
    expect(exported()["http.server.request.duration"]?.points).toMatchObject([{ value: { count: 1 } }]);
  });

  test("two metrics() with the same sinks count a request once", async () => {
    const sinks = [otelSink({ provider })];
    const [one, two] = [0, 1].map(() => metrics({ namespace: "Shop", emf: false, sinks }));
    await install("use", { outer: one as never, measured: two as never })();
    expect(exported()["http.server.request.duration"]?.points).toMatchObject([{ value: { count: 1 } }]);
  });
});

describe("flushing", () => {
  test.each(places)("is done before the answer, of a success and a failure, by %s", async (place) => {
    const seen: number[] = [];
    for (const handler of [() => ({ statusCode: 200 }), fail(new Error("boom"))]) {
      await invoke(install(place, { measured: measuredBy(), handler }));
      seen.push(exporter.getMetrics().length);
    }
    expect(seen).toEqual([1, 2]);
  });

  test("is done once a request, not for a nested handler", async () => {
    const measured = measuredBy();
    const forceFlush = vi.spyOn(provider, "forceFlush");
    const context = lambdaContext();
    const inner = install("both", { measured });
    await install("both", { measured, handler: () => inner(apiEvents.http(), context) })(apiEvents.http(), context);
    expect(forceFlush).toHaveBeenCalledTimes(1);
  });

  test("sends what an outer before published before it threw, by use", async () => {
    const outer = {
      before: () => {
        eventChannel<MidguardEvent>("circuit-breaker").publish({
          type: "circuit.opened",
          source: "stock",
          openMs: 1,
          reason: "tripped",
        });
        throw new Error("503");
      },
    };
    await invoke(install("use", { outer, measured: measuredBy() }));
    expect(exported()).toHaveProperty(["midguard.circuit.opened"]);
  });

  test("begins when the function's time is nearly up", async () => {
    const handler = () => new Promise(() => {});
    const measured = measuredBy();
    void invoke(
      install("both", { measured, handler, plugin: { timeoutEarlyInMillis: 0 } }),
      apiEvents.http(),
      lambdaContext({ timeoutMs: 200 }),
    );
    await vi.waitFor(() => expect(exported()).toHaveProperty(["faas.timeouts"]));
    expect(exported()["http.server.request.duration"]?.points[0]?.attributes).toMatchObject({
      "error.type": "timeout",
    });
  });

  test.each([
    [{ flushTimeoutMs: 20 }, 3_000],
    [{}, 200],
  ])("delays an answer by no more than flushTimeoutMs, and the function's time", async (options, timeoutMs) => {
    const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    vi.spyOn(provider, "forceFlush").mockReturnValue(new Promise(() => {}));
    const handler = install("both", { measured: measuredBy({}, { provider, ...options }) });
    const startedAt = performance.now();
    for (let request = 0; request < 2; request += 1) {
      expect(await handler(apiEvents.http(), lambdaContext({ timeoutMs }))).toEqual({ statusCode: 200, body: "ok" });
    }
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(warning.mock.calls).toEqual([[expect.stringContaining("did not flush within"), "MidguardWarning"]]);
  });

  test("is the owner's of a meter", async () => {
    const forceFlush = vi.spyOn(provider, "forceFlush");
    const measured = measuredBy({}, { meter: provider.getMeter("mine") });
    const context = lambdaContext();
    await install("both", { measured })(apiEvents.http(), context);
    expect(forceFlush).not.toHaveBeenCalled();
    await provider.forceFlush();
    expect(exported()).toHaveProperty(["http.server.request.duration"]);
  });

  test("needs no deadline", async () => {
    await install("both", { measured: measuredBy() })(apiEvents.http(), {});
    expect(exported()).toHaveProperty(["http.server.request.duration"]);
  });
});

test.each<[string, () => void]>([
  ["flushes", () => vi.spyOn(provider, "forceFlush").mockRejectedValue(new Error("no collector"))],
  [
    "flushes at once",
    () => vi.spyOn(provider, "forceFlush").mockImplementation(fail(new Error("no collector")) as never),
  ],
])("a provider that fails when it %s fails no request, with one warning", async (_when, breakIt) => {
  const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const handler = install("both", { measured: measuredBy() });
  breakIt();
  for (let request = 0; request < 2; request += 1) {
    expect(await handler()).toEqual({ statusCode: 200, body: "ok" });
  }
  expect(warning.mock.calls).toEqual([
    [expect.stringContaining("a sink failed (reported once): Error: no collector"), "MidguardWarning"],
  ]);
  expect(lines.requests()).toHaveLength(2);
});

test("a meter that throws fails no request and loses no line, with one warning", async () => {
  const warning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const broken = { createCounter: () => ({ add() {} }), createHistogram: () => ({ record: fail(new Error("boom")) }) };
  const handler = install("both", { measured: measuredBy({}, { meter: broken as never }) });
  for (let request = 0; request < 2; request += 1) {
    expect(await handler()).toEqual({ statusCode: 200, body: "ok" });
  }
  expect(warning).toHaveBeenCalledTimes(1);
  expect(lines.requests()).toHaveLength(2);
});

test("the global meter of the API does, too, with or without an SDK", async () => {
  const handler = install("both", { measured: measuredBy({}, { meter: otelApi.getMeter("mine") }) });
  expect(await handler()).toEqual({ statusCode: 200, body: "ok" });
});

test.each<[unknown, string]>([
  [{}, "otelSink: options must be either a provider or a meter, got an object"],
  [null, "otelSink: options must be an object"],
  [{ provider: otelApi.getMeterProvider() }, "otelSink: provider.forceFlush must be a function"],
  [{ meter: {} }, "otelSink: meter.createHistogram must be a function"],
  [
    { meter: otelApi.getMeter("a"), flushTimeoutMs: 0 },
    "otelSink: flushTimeoutMs must be a whole number of at least 1, got 0",
  ],
  [{ meters: [] }, "unknown option meters"],
])("options %j are refused", (options, message) => {
  expect(() => otelSink(options as never)).toThrow(message);
});

test("both a provider and a meter are refused", () => {
  expect(() => otelSink({ provider, meter: provider.getMeter("a") })).toThrow("either a provider or a meter");
});

test.each<[MetricsOptions, string]>([
  [{ emf: false }, "metrics: sinks must be a list of at least one if emf is false, got an empty array"],
  [{ sinks: [{}] as never }, "metrics: sinks[0].emitRequest must be a function"],
  [{ sinks: {} as never }, "metrics: sinks must be an array"],
  [{ emf: 1 as never }, "metrics: emf must be a boolean, got 1"],
])("metrics(%j) is refused", (options, message) => {
  expect(() => metrics(options)).toThrow(message);
});
