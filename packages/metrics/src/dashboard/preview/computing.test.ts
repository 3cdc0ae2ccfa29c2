import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readLog } from "./datapoints.ts";
import { evaluate } from "./expression.ts";
import { runSearch } from "./search.ts";
import { statisticOf } from "./statistic.ts";
import { createStore, timelineOf } from "./store.ts";

function line(timestamp: number, members: Record<string, unknown>, dimensions: string[][], names: string[]): string {
  const Metrics = names.map((Name) => ({ Name, Unit: "Count" }));
  const CloudWatchMetrics = [{ Namespace: "Shop", Dimensions: dimensions, Metrics }];
  return JSON.stringify({ _aws: { Timestamp: timestamp, CloudWatchMetrics }, ...members });
}

describe("a recorded log", () => {
  test("has a datapoint for each metric and each set of dimensions", () => {
    const text = line(
      5,
      { service: "orders", route: "GET /", Fault: 1, Latency: [3, 4] },
      [["service", "route"], ["service"]],
      ["Fault", "Latency"],
    );
    const { datapoints, lines, unreadable } = readLog(`${text}\n`);
    expect([lines, unreadable]).toEqual([1, 0]);
    const both = new Map([
      ["service", "orders"],
      ["route", "GET /"],
    ]);
    const one = new Map([["service", "orders"]]);
    expect(datapoints).toEqual([
      { namespace: "Shop", name: "Fault", dimensions: both, values: [1], timestamp: 5 },
      { namespace: "Shop", name: "Latency", dimensions: both, values: [3, 4], timestamp: 5 },
      { namespace: "Shop", name: "Fault", dimensions: one, values: [1], timestamp: 5 },
      { namespace: "Shop", name: "Latency", dimensions: one, values: [3, 4], timestamp: 5 },
    ]);
  });

  test("may have times and streams before the lines, and lines of others", () => {
    const text = line(5, { service: "orders", Fault: 0 }, [["service"]], ["Fault"]);
    const log = `START RequestId: 1\n2026-11-28T09:00:00Z 2026/11/28/[1]abc ${text}\r\n{"level":"INFO"}\n`;
    expect(readLog(log)).toMatchObject({ lines: 1, unreadable: 0, datapoints: [{ name: "Fault", values: [0] }] });
  });

  test("counts lines that cannot be read, and drops values that are no numbers", () => {
    const noNumber = line(5, { service: "orders", Fault: null }, [["service"]], ["Fault"]);
    const noDirective = JSON.stringify({ _aws: { Timestamp: 5 } });
    const noSet = JSON.stringify({
      _aws: { Timestamp: 5, CloudWatchMetrics: [{ Namespace: "Shop", Dimensions: ["a"], Metrics: [{ Name: "b" }] }] },
      b: 1,
    });
    const bad = ['{"_aws":', '{"_aws":7}', '{"_aws":{"Timestamp":"now"}}'];
    const { datapoints, lines, unreadable } = readLog([noNumber, noDirective, noSet, ...bad].join("\n"));
    expect([lines, unreadable]).toEqual([3, 3]);
    expect(datapoints).toEqual([{ namespace: "Shop", name: "b", dimensions: new Map(), values: [1], timestamp: 5 }]);
  });
});

describe("a statistic", () => {
  test.each([
    ["SampleCount", 4],
    ["Sum", 10],
    ["Average", 2.5],
    ["Minimum", 1],
    ["Maximum", 4],
    ["p50", 2],
    ["p99", 4],
    ["p0", 1],
  ])("%s of 4, 1, 3, 2 is %d", (stat, value) => {
    expect(statisticOf(stat, [4, 1, 3, 2])).toBe(value);
  });

  test("a percentile is the least value that is not exceeded by that share", () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 200 });
    const percents = fc.integer({ min: 1, max: 99 });
    const isLeast = fc.property(values, percents, (all, percent) => {
      const value = statisticOf(`p${percent}`, all);
      const atMost = (limit: number) => all.filter((one) => one <= limit).length / all.length;
      expect(all).toContain(value);
      expect(atMost(value)).toBeGreaterThanOrEqual(percent / 100 - 1e-12);
      const lesser = all.filter((one) => one < value);
      if (lesser.length > 0) expect(atMost(Math.max(...lesser))).toBeLessThan(percent / 100);
    });
    fc.assert(isLeast);
  });

  test.each(["tm99", "constructor", "p"])("%s is unknown", (stat) => {
    expect(() => statisticOf(stat, [1])).toThrow(`preview: the statistic ${stat} is unknown`);
  });
});

describe("a store", () => {
  const log = [
    line(60_500, { service: "a", route: "x", Fault: 1 }, [["service", "route"], ["service"]], ["Fault"]),
    line(119_999, { service: "a", route: "y", Fault: 0 }, [["route", "service"], ["service"]], ["Fault"]),
    line(180_000, { service: "a", route: "x", Fault: 1 }, [["service", "route"], ["service"]], ["Fault"]),
    line(180_001, { service: "b", route: "x", Fault: 5 }, [["service", "route"], ["service"]], ["Fault"]),
  ].join("\n");
  const { datapoints } = readLog(log);
  const store = createStore(datapoints);
  const timeline = timelineOf(datapoints, 60_000);
  const ofService = { namespace: "Shop", name: "Fault", dimensions: new Map([["service", "a"]]) };

  test("cuts time at multiples of the period, and has nothing where there is no data", () => {
    expect(timeline).toEqual({ start: 60_000, periodMs: 60_000, length: 3 });
    expect(store.points(ofService, "Sum", timeline)).toEqual([1, undefined, 1]);
    expect(store.points(ofService, "SampleCount", timeline)).toEqual([2, undefined, 1]);
    expect(store.points({ ...ofService, name: "Error" }, "Sum", timeline)).toEqual(Array(3).fill(undefined));
  });

  test("the same dimensions in another order are the same metric", () => {
    const dimensions = new Map([
      ["route", "x"],
      ["service", "a"],
    ]);
    expect(store.points({ ...ofService, dimensions }, "Sum", timeline)).toEqual([1, undefined, 1]);
  });

  test("a search finds metrics with exactly the dimensions of its schema, the highest first", () => {
    const found = (query: string, most = 10) =>
      runSearch(`SORT(SEARCH('${query}', 'Sum', 60), MAX, DESC, ${most})`, store, timeline).map(
        ({ metric, points }) => [metric.dimensions.get("service"), metric.dimensions.get("route"), points],
      );
    expect(found(`{Shop,service,route} MetricName="Fault" service="a"`)).toEqual([
      ["a", "x", [1, undefined, 1]],
      ["a", "y", [0, undefined, undefined]],
    ]);
    expect(found(`{"Shop","route",service} MetricName="Fault" "route"="x"`, 1)).toEqual([
      ["b", "x", [undefined, undefined, 5]],
    ]);
    expect(found(`{Shop,service} MetricName="Fault" service="b"`)).toEqual([
      ["b", undefined, [undefined, undefined, 5]],
    ]);
    expect(found(`{Other,service} MetricName="Fault" service="b"`)).toEqual([]);
  });

  test("a search may take missing data for 0", () => {
    const query = `{Shop,service,route} MetricName="Fault" service="a"`;
    const [first] = runSearch(`SORT(FILL(SEARCH('${query}', 'Sum', 60), 0), MAX, DESC, 10)`, store, timeline);
    expect(first?.points).toEqual([1, 0, 1]);
  });

  test("any other search is refused", () => {
    expect(() => runSearch("SORT(METRICS(), MAX, DESC, 1)", store, timeline)).toThrow("cannot be searched");
  });
});

describe("an expression", () => {
  const byId = new Map([
    ["a", [1, undefined, 3]],
    ["b", [2, 2, undefined]],
  ]);
  const compute = (expression: string) => evaluate(expression, { byId, periodSeconds: 60 });

  test.each<[string, unknown]>([
    ["100 * a", [100, undefined, 300]],
    ["a - b * 2", [-3, undefined, undefined]],
    ["100 * (1 - a)", [0, undefined, -200]],
    ["b / PERIOD(b)", [2 / 60, 2 / 60, undefined]],
    ["FILL(a, 0) + 1", [2, 1, 4]],
    ["8 / 4 / 2.5", 0.8],
    ["7 - 2 - 1", 4],
  ])("%s is computed for each period", (expression, value) => {
    expect(compute(expression)).toEqual(value);
  });

  test.each(["c", "a +", "(a", "a b", "PERIOD(c)", "FILL(a)", "FILL(a, 1)", "PERIOD a", "", "a % b"])(
    "%s is refused",
    (expression) => {
      expect(() => compute(expression)).toThrow(new SyntaxError(`preview: ${expression} cannot be computed`));
    },
  );
});
