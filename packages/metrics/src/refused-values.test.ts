import { Metrics } from "@aws-lambda-powertools/metrics";
import { beforeEach, describe, expect, test, vi } from "vitest";

import { install } from "../test/install.ts";
import { captureLines } from "../test/lines.ts";
import { catalogueOf } from "./catalogue/catalogue.ts";
import { presets } from "./catalogue/metric.ts";
import { createLineWriter } from "./emf/line-writer.ts";
import { type MetricsOptions, measureCall, metrics } from "./index.ts";
import { readEmf } from "./testing/index.ts";

const lines = captureLines();
let warned: string[] = [];
beforeEach(() => {
  warned = [];
  vi.spyOn(process, "emitWarning").mockImplementation((text) => void warned.push(String(text)));
  // Powertools warns of a default dimension that is overwritten.
  vi.spyOn(console, "warn").mockImplementation(() => {});
});

const answer = { statusCode: 200, body: "ok" };
const refusedDimension = new Metrics({ namespace: "Shop", defaultDimensions: { tier: "x".repeat(2_000) } });
const properties = (value: unknown) => () => ({ before: 1, bad: value, after: 2 }) as never;

describe("what CloudWatch would refuse: the request is answered, the rest of the line is intact, one warning", () => {
  test.each<[string, MetricsOptions]>([
    ["NaN", { properties: properties(Number.NaN) }],
    ["Infinity", { properties: properties(Infinity) }],
    ["a property called _aws", { properties: () => JSON.parse('{ "before": 1, "_aws": 2, "after": 2 }') }],
    ["a property called like a metric", { properties: () => ({ before: 1, Latency: "x", after: 2 }) }],
    ["a default dimension of 2,000 characters", { defaultsFrom: refusedDimension }],
    ["a route of 2,000 characters", { route: () => "x".repeat(2_000) }],
    [
      "the 101st property",
      { properties: () => Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`p${n}`, n])) },
    ],
  ])("%s", async (_name, options) => {
    const measured = metrics({ namespace: "Shop", service: "orders", ...options });
    const handler = install("both", { measured, handler: () => answer });
    expect(await handler()).toBe(answer);
    expect(await handler()).toBe(answer);

    expect(warned).toHaveLength(1);
    expect(lines.all()).toHaveLength(2);
    for (const line of lines.all()) {
      expect(line).toMatchObject({
        service: "orders",
        Latency: expect.any(Number),
        Fault: 0,
        Error: 0,
        statusCode: 200,
      });
      if (options.properties !== undefined && "before" in line) expect(line).toMatchObject({ before: 1, after: 2 });
      expect(readEmf(JSON.stringify(line))).toHaveLength(6);
    }
  });

  test.each(["", " ", "AWS/Shop"])("the namespace %j of the environment", async (namespace) => {
    vi.stubEnv("POWERTOOLS_METRICS_NAMESPACE", namespace);
    const handler = install("both", { measured: metrics({ service: "orders" }), handler: () => answer });
    expect(await handler()).toBe(answer);
    expect(await handler()).toBe(answer);

    expect(warned).toHaveLength(1);
    for (const { _aws, ...line } of lines.all()) {
      expect(_aws.CloudWatchMetrics[0]?.Namespace).toBe("default_namespace");
      expect(line).toMatchObject({ service: "orders", Fault: 0 });
    }
  });

  test("the 101st value of a metric, which is on a second line", async () => {
    const handler = async (): Promise<object> => {
      for (let call = 0; call < 101; call += 1) await measureCall("payments", () => 1);
      return answer;
    };
    expect(await install("both", { handler })()).toBe(answer);

    expect(lines.events().map(({ DependencyLatency }) => [DependencyLatency].flat().length)).toEqual([99, 2]);
    expect(lines.requests()).toMatchObject([{ Fault: 0, statusCode: 200 }]);
    expect(warned).toEqual([]);
  });
});

test.each([Number.NaN, Infinity, -Infinity])(
  "the value %d of a metric is dropped with one warning, the rest is intact",
  (bad) => {
    const warn = vi.fn();
    const options = { namespace: "Shop", service: "orders", defaultsFrom: undefined };
    const writeLine = createLineWriter(options, catalogueOf("application-signals"), warn);
    const [bytes, count] = [{ name: "Size", unit: "Bytes" } as const, { name: "Orders", unit: "Count" } as const];
    writeLine({
      sets: [{}],
      metrics: [
        [bytes, [1, bad, 2]],
        [count, bad],
        [{ ...count, name: "Faults" }, 0],
      ],
      fields: [],
    });

    expect(lines.all()).toMatchObject([{ Size: [1, 2], Faults: 0, service: "orders" }]);
    expect(lines.all()[0]).not.toHaveProperty("Orders");
    expect(new Set(warn.mock.calls.map(([subject]) => subject))).toEqual(new Set(["value"]));
  },
);

test.each(presets)("the names of %s have no metric called _aws, and less than 101", (preset) => {
  const { byId, reservedNames } = catalogueOf(preset);
  expect(reservedNames).not.toContain("_aws");
  expect(byId.size).toBeLessThanOrEqual(100);
});
