import { ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { describe, expect, test } from "vitest";
import { install } from "../../../test/install.ts";
import { captureLines } from "../../../test/lines.ts";
import { presets } from "../../catalogue/metric.ts";
import { metrics } from "../../index.ts";
import { otelSink } from "../../otel/index.ts";
import { type CostOptions, monthlyCost, pricedRegions, pricesOf } from "../index.ts";

const lines = captureLines();
const virginia = { region: "us-east-1", requestsPerMonth: 10_000_000 } as const;

describe("monthlyCost", () => {
  test("adds metrics and the bytes of their lines, and for OTLP the bytes alone", () => {
    const chosen = { ...virginia, routes: 20, metrics: ["latency", "fault", "error"] } as const;
    const { emf, otlp } = monthlyCost(chosen);
    expect(emf.metrics).toEqual([
      { id: "latency", name: "Latency", series: 21, usd: expect.closeTo(6.3) },
      { id: "fault", name: "Fault", series: 21, usd: expect.closeTo(6.3) },
      { id: "error", name: "Error", series: 21, usd: expect.closeTo(6.3) },
    ]);
    expect(emf).toMatchObject({ series: 63, metricsUsd: expect.closeTo(18.9), logBytes: 4_260_000_000 });
    expect(emf.logsUsd).toBeCloseTo((4_260_000_000 / 2 ** 30) * 0.5);
    expect(emf.totalUsd).toBeCloseTo(emf.metricsUsd + emf.logsUsd);
    expect(otlp).toEqual({ bytes: 8_000_000_000, totalUsd: expect.closeTo((8_000_000_000 / 2 ** 30) * 0.5) });
  });

  test("counts one series for each dependency, and one for each metric of the service alone", () => {
    const { emf } = monthlyCost({ ...virginia, routes: 3, dependencies: 5 });
    const series = Object.fromEntries(emf.metrics.map((metric) => [metric.id, metric.series]));
    expect(series).toMatchObject({ latency: 4, throttled: 4, warmupPing: 1, retryAttempts: 5, circuitOpened: 5 });
    expect(series).not.toHaveProperty("memoryUsed");
    expect(
      monthlyCost({ ...virginia, dependencies: 0 }).emf.metrics.find(({ id }) => id === "circuitOpened")?.series,
    ).toBe(0);
  });

  test("in the vocabulary of OpenTelemetry a trigger has one value, that of an API", () => {
    const { emf } = monthlyCost({ ...virginia, routes: 3, names: "otel" });
    const series = Object.fromEntries(emf.metrics.map((metric) => [metric.id, metric.series]));
    expect(series).toMatchObject({ latency: 4, coldStart: 2, timeout: 2 });
  });

  test("counts a metric once", () => {
    expect(monthlyCost({ ...virginia, metrics: ["fault", "fault"] }).emf.metrics).toHaveLength(1);
  });

  test("takes the lines of calls into account, and other sizes", () => {
    const usual = monthlyCost(virginia);
    const busy = monthlyCost({ ...virginia, linesPerRequest: 3, bytesPerLine: 174, otlpBytesPerRequest: 400 });
    expect(usual.emf.logBytes).toBe(10_000_000 * 426);
    expect(busy.emf.logBytes).toBe(10_000_000 * 600);
    expect(busy.otlp?.bytes).toBe(4_000_000_000);
  });

  test.each(pricedRegions)("has dated prices of %s", (region) => {
    const prices = pricesOf(region);
    expect(prices?.source?.date).toMatch(/^2026-\d\d-\d\d$/);
    expect(prices?.source?.url).toContain(`/${region}/index.json`);
    const { otlp } = monthlyCost({ region, requestsPerMonth: 1 });
    expect(otlp === undefined).toBe(prices?.usdPerOtlpGb === undefined);
  });

  test("knows no prices of other regions, not even of a member of every object", () => {
    expect(pricesOf("constructor")).toBeUndefined();
    expect(() => monthlyCost({ ...virginia, region: "eu-nowhere-1" })).toThrow(
      'monthlyCost: region must be one of ap-northeast-1, eu-west-1, us-east-1, unless prices are given, got "eu-nowhere-1"',
    );
  });

  test("takes prices of any region", () => {
    const prices = {
      usdPerMetric: 0.1,
      usdPerLogGb: 1,
      usdPerOtlpGb: 2,
      source: { date: "2026-11-01", url: "https://a" },
    };
    const { emf, otlp } = monthlyCost({ region: "eu-nowhere-1", requestsPerMonth: 0, metrics: ["warmupPing"], prices });
    expect([emf.totalUsd, otlp?.totalUsd]).toEqual([0.1, 0]);
  });

  test.each([
    [{ requestsPerMonth: undefined }, "monthlyCost: requestsPerMonth must be a number, got undefined"],
    [{ routes: -1 }, "monthlyCost: routes must be a whole number of at least 0, got -1"],
    [{ metrics: ["latency", "speed"] }, 'monthlyCost: metrics[1] must be one of "latency"'],
    [{ metrics: ["eventLatency"] }, "monthlyCost: metrics[0] must be one of"],
    [{ prices: { usdPerMetric: 1 } }, "monthlyCost: prices: usdPerLogGb must be a number, got undefined"],
    [{ linesPerRequest: 0 }, "monthlyCost: linesPerRequest must be a number between 1 and 1000, got 0"],
  ])("refuses %j", (given, message) => {
    expect(() => monthlyCost({ ...virginia, ...given } as CostOptions)).toThrow(message);
  });
});

describe("the sizes that costs are estimated with", () => {
  test.each(presets)("a line has about the bytes that are assumed, and no more: %s", async (names) => {
    await install("both", { measured: metrics({ namespace: "Shop", service: "orders", names }) })();
    const assumed = monthlyCost({ ...virginia, requestsPerMonth: 1, names }).emf.logBytes - 26;
    const { length } = lines.raw[0] ?? "";
    expect(length).toBeLessThanOrEqual(assumed);
    expect(length).toBeGreaterThan(assumed * 0.9);
  });

  test("a request that is exported by itself has 600 to 800 bytes in OTLP's protobuf", async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const attributes = { "service.name": "orders", "cloud.region": "eu-west-1", "faas.name": "orders-api" };
    const provider = new MeterProvider({ resource: resourceFromAttributes(attributes), readers: [reader] });
    await install("both", { measured: metrics({ namespace: "Shop", sinks: [otelSink({ provider })] }) })();
    const [bytes] = exporter
      .getMetrics()
      .map((exported) => ProtobufMetricsSerializer.serializeRequest(exported)?.length);
    await provider.shutdown();
    expect(bytes).toBeGreaterThan(600);
    expect(bytes).toBeLessThanOrEqual(800);
  });
});
