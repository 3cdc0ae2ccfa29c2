import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { problemsOfBody } from "../../test/dashboard-body.ts";
import { catalogueOf } from "../catalogue/catalogue.ts";
import { presets } from "../catalogue/metric.ts";
import { type DashboardOptions, dashboard, type MetricRow, type MetricRowOptions } from "./index.ts";

const orders = { namespace: "Shop", service: "orders", region: "eu-central-1" } as const;

function rowsOf(options: DashboardOptions): readonly MetricRow[] {
  return dashboard(options).widgets.flatMap(({ properties }) => properties.metrics);
}

function expressionsOf(options: DashboardOptions): readonly string[] {
  return rowsOf(options).flatMap((row) => (row.at(-1) as MetricRowOptions).expression ?? []);
}

/** The metrics of a dashboard with the names of their dimensions: those that rows name, and those that are searched for. */
function metricsOf(options: DashboardOptions): readonly (readonly [name: string, dimensions: string])[] {
  const named = rowsOf(options).flatMap((row) => {
    const [, name, ...dimensions] = row.slice(0, -1) as readonly string[];
    return name === undefined ? [] : ([[name, dimensions.filter((_, index) => index % 2 === 0).join()]] as const);
  });
  const searched = expressionsOf(options).flatMap((expression) => {
    const [, schema = "", name] = /SEARCH\('\{([^}]+)\} MetricName="([^"]+)"/.exec(expression) ?? [];
    const dimensions = [...schema.matchAll(/"([^"]*)"|([^,"]+)/g)].slice(1).map(([, quoted, bare]) => quoted ?? bare);
    return name === undefined ? [] : ([[name, dimensions.join()]] as const);
  });
  return [...named, ...searched];
}

const text = fc.string({ unit: fc.constantFrom(..."abcXYZ019 ./_-{}<&#:".split("")), minLength: 1, maxLength: 30 });
const value = text.filter((one) => one.trim() !== "");
const options = fc.record(
  {
    namespace: fc.constantFrom("Shop", "Shop/prod", "a b", "x.y_z-1#:"),
    service: value,
    region: fc.constantFrom("eu-central-1", "us-east-1"),
    names: fc.constantFrom(...presets),
    dimensions: fc.dictionary(fc.constantFrom("stage", "team name", "a.b"), value),
    routes: fc.array(
      value.map((path) => `GET /${path}`),
      { minLength: 1, maxLength: 5 },
    ),
    dependencies: fc.array(value, { minLength: 1, maxLength: 5 }),
    sloLatencyMs: fc.integer({ min: 1, max: 900_000 }),
    sloAvailability: fc.double({ min: 0.5, max: 0.999_999, noNaN: true }),
    periodSeconds: fc.constantFrom(60, 300, 86_400),
  },
  { requiredKeys: ["namespace", "service", "region"] },
);

describe("dashboard", () => {
  test("has the structure that CloudWatch documents, whatever the options are", () => {
    const isValid = fc.property(options, (given) => {
      expect(problemsOfBody(JSON.stringify(dashboard(given)))).toEqual([]);
    });
    fc.assert(isValid);
  });

  test.each(presets)("shows what the catalogue has, under its names and dimensions: %s", (names) => {
    const { byId } = catalogueOf(names);
    const known = [...byId.values()].flatMap((metric) =>
      metric.dimensions.map((set) => [metric.name, set.join()] as const),
    );
    const shown = metricsOf({ ...orders, names });
    // A search has the service first, a set of the catalogue too.
    for (const metric of shown) expect(known).toContainEqual(metric);
    // An option of metrics() turns memory on; requests are counted by the metric of faults.
    const missing = [...byId.values()].filter(({ name }) => !shown.some(([of]) => of === name)).map(({ id }) => id);
    expect(missing).toEqual(names === "api-gateway" ? ["requests", "memoryUsed"] : ["memoryUsed"]);
  });

  test.each(presets)("a route or a dependency that is named has the dimensions of its metrics: %s", (names) => {
    const { byId } = catalogueOf(names);
    const known = [...byId.values()].flatMap((metric) =>
      metric.dimensions.map((set) => [metric.name, set.join()] as const),
    );
    const named = { ...orders, names, routes: ["GET /users/{id}"], dependencies: ["payments", "stock"] };
    for (const metric of metricsOf(named)) expect(known).toContainEqual(metric);
    expect(expressionsOf(named).filter((expression) => expression.includes("SEARCH"))).toEqual([]);
  });

  test("names a route by its method and its template in the vocabulary of OpenTelemetry", () => {
    const rows = rowsOf({ ...orders, names: "otel", routes: ["GET /users/{id}"] });
    const dimensions = ["service.name", "orders", "http.request.method", "GET", "http.route", "/users/{id}"];
    expect(rows).toContainEqual([
      "Shop",
      "http.server.request.duration",
      ...dimensions,
      { stat: "p99", label: "GET /users/{id}" },
    ]);
  });

  test("searches routes and dependencies, the ten highest first", () => {
    expect(expressionsOf(orders)).toEqual(
      expect.arrayContaining([
        `SORT(SEARCH('{Shop,service,route} MetricName="Latency" service="orders"', 'p99', 60), MAX, DESC, 10)`,
        `SORT(FILL(SEARCH('{Shop,service,dependency} MetricName="RetryAttempts" service="orders"', 'Sum', 60), 0), MAX, DESC, 10)`,
      ]),
    );
  });

  test("every metric has the default dimensions, too", () => {
    const withStage = { ...orders, dimensions: { stage: "prod" } };
    for (const row of rowsOf(withStage)) {
      const given = JSON.stringify(row);
      expect(given).toMatch(
        /"service","orders","stage","prod"|service,stage,\w+} .* stage=\\"prod\\"|expression":"[^S]/,
      );
    }
  });

  test("the objective is a line in the latency, in its unit", () => {
    const annotations = (names: (typeof presets)[number], sloLatencyMs?: number) =>
      dashboard({ ...orders, names, sloLatencyMs }).widgets.find(
        ({ properties }) => properties.title === "Latency of requests",
      )?.properties.annotations;
    expect(annotations("application-signals", 500)).toMatchObject({ horizontal: [{ value: 500 }] });
    expect(annotations("otel", 500)).toMatchObject({ horizontal: [{ value: 0.5, label: "objective of p99: 0.5 s" }] });
    expect(annotations("otel")).toBeUndefined();
  });

  test("the availability's objective is in percent", () => {
    const body = dashboard({ ...orders, sloAvailability: 0.9995 });
    const annotated = body.widgets.find(({ properties }) => properties.title === "Availability");
    expect(annotated?.properties.annotations).toMatchObject({ horizontal: [{ value: 99.95 }] });
  });

  test.each([
    [{ namespace: undefined }, "dashboard: namespace must be 1 to 255 of", "got undefined"],
    [{ namespace: "AWS/Lambda" }, "dashboard: namespace must be 1 to 255 of", 'got "AWS/Lambda"'],
    [{ service: "it's" }, "dashboard: service must be 1 to 1024 printable ASCII characters without quotes", `"it's"`],
    [{ service: 7 }, "dashboard: service must be", "got 7"],
    [{ region: "" }, "dashboard: region must be a non-empty string", 'got ""'],
    [{ names: "statsd" }, "dashboard: names must be one of", 'got "statsd"'],
    [{ routes: "GET /" }, "dashboard: routes must be an array", 'got "GET /"'],
    [
      { names: "otel", routes: ["GET /", "aws:sqs"] },
      "dashboard: routes[1] must be a method and a template",
      "aws:sqs",
    ],
    [{ routes: ["GET /", 'a"'] }, "dashboard: routes[1] must be", 'got "a\\""'],
    [{ dimensions: [] }, "dashboard: dimensions must be an object", "got an empty array"],
    [{ dimensions: { "a'": "b" } }, "dashboard: dimensions: a name must be 1 to 250", "a'"],
    [{ dimensions: { stage: "" } }, "dashboard: dimensions.stage must be", 'got ""'],
    [{ sloAvailability: 99.9 }, "dashboard: sloAvailability must be a number between 0.5 and", "got 99.9"],
    [{ sloLatencyMs: 0 }, "dashboard: sloLatencyMs must be a number between 1 and", "got 0"],
    [{ periodSeconds: 90 }, "dashboard: periodSeconds must be a multiple of 60", "got 90"],
    [{ route: [] }, "dashboard: unknown option route", "did you mean routes?"],
  ])("refuses %j", (given, wanted, got) => {
    const make = () => dashboard({ ...orders, ...given } as DashboardOptions);
    expect(make).toThrow(wanted);
    expect(make).toThrow(got);
  });
});

describe("the check of bodies", () => {
  const body = dashboard({ ...orders, sloLatencyMs: 500 });
  const broken = (change: (text: string) => string) => problemsOfBody(change(JSON.stringify(body)));
  test.each<[string, (text: string) => string, string]>([
    ["two widgets at one place", (one) => one.replace('"x":6', '"x":5'), "two widgets at 5 0"],
    ["a widget off the grid", (one) => one.replace('"x":18,"y":0', '"x":19,"y":0'), "off the grid"],
    ["an unknown id", (one) => one.replace("100 * fault", "100 * fualt"), "fualt in 100 * fualt is unknown"],
    ["an unknown statistic", (one) => one.replaceAll('"p90"', '"q90"'), "statistic q90"],
    ["no region", (one) => one.replace('"region":"eu-central-1",', ""), "no region"],
    ["an odd number of names", (one) => one.replace('"service","orders"', '"orders"'), "a metric of 3 names"],
    ["an unknown member", (one) => one.replace('"view"', '"vew"'), "property vew"],
    ["a broken bracket", (one) => one.replace("(1 - fault)", "(1 - fault"), "brackets in"],
  ])("finds %s", (_, change, problem) => {
    expect(broken(change).join()).toContain(problem);
  });
});
