import { Metrics } from "@aws-lambda-powertools/metrics";
import { describe, expect, test, vi } from "vitest";
import { install } from "../test/install.ts";
import { captureLines } from "../test/lines.ts";
import { type MetricsOptions, metrics } from "./index.ts";

const lines = captureLines();

/** The line of one request, without what changes from call to call. */
async function lineOf(options: MetricsOptions): Promise<Record<string, unknown>> {
  await install("both", { measured: metrics(options) })();
  const [line] = lines.requests();
  const [directive] = line?._aws.CloudWatchMetrics ?? [];
  return { ...line, namespace: directive?.Namespace, sets: directive?.Dimensions };
}

function warnings(): { readonly count: () => number; readonly text: () => string } {
  const spy = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  return { count: () => spy.mock.calls.length, text: () => spy.mock.calls.map(([text]) => text).join("\n") };
}

test.each<[unknown, string]>([
  [null, "metrics: options must be an object, got null"],
  [{ vocabulary: "otel" }, 'metrics: unknown option vocabulary ("otel")'],
  [{ names: "datadog" }, 'one of "application-signals", "api-gateway", "powertools", "otel", got "datadog"'],
  [{ namespace: 7 }, "metrics: namespace must be a non-empty string, got 7"],
  [{ namespace: "" }, 'metrics: namespace must be a non-empty string, got ""'],
  [{ namespace: "AWS/Shop" }, "AWS/Shop"],
  [{ namespace: ":Shop" }, ":Shop"],
  [{ namespace: "Café" }, "Café"],
  [{ namespace: " " }, '" "'],
  [{ namespace: "x".repeat(256) }, "xxx"],
  [{ service: "" }, 'metrics: service must be a non-empty string, got ""'],
  [{ service: "café" }, "café"],
  [{ service: "a\u0000b" }, "service"],
  [{ service: "x".repeat(1_025) }, "service"],
  [{ defaultsFrom: "Shop" }, 'metrics: defaultsFrom must be an object, got "Shop"'],
  [{ defaultsFrom: {} }, "metrics: defaultsFrom.singleMetric must be a function, got undefined"],
  [{ route: "GET /" }, 'metrics: route must be a function, got "GET /"'],
  [{ properties: {} }, "metrics: properties must be a function, got an object"],
  [{ maxRoutes: 0 }, "metrics: maxRoutes must be a whole number of at least 1, got 0"],
  [{ maxRoutes: Number.NaN }, "maxRoutes"],
  [{ maxRoutes: 1.5 }, "metrics: maxRoutes must be a whole number of at least 1, got 1.5"],
  [{ maxRoutes: "many" }, "maxRoutes"],
  [{ coldStart: 1 }, "metrics: coldStart must be a boolean, got 1"],
  [{ memory: "yes" }, 'metrics: memory must be a boolean, got "yes"'],
])("options %j are refused at construction", (options, message) => {
  expect(() => metrics(options as never)).toThrow(message);
});

test("an option that is undefined has its default", async () => {
  const options = {
    namespace: "Shop",
    service: undefined,
    defaultsFrom: undefined,
    route: undefined,
    maxRoutes: undefined,
  };
  expect(await lineOf(options as never)).toMatchObject({ namespace: "Shop", service: "service_undefined" });
});

describe("namespace and service", () => {
  test("come from the environment, read with the first line", async () => {
    const measured = metrics();
    vi.stubEnv("POWERTOOLS_METRICS_NAMESPACE", " FromEnv ");
    vi.stubEnv("POWERTOOLS_SERVICE_NAME", " orders ");
    await install("both", { measured })();

    expect(lines.all()).toMatchObject([{ service: "orders", _aws: { CloudWatchMetrics: [{ Namespace: "FromEnv" }] } }]);
  });

  test("as options come before the instance's, and the instance's before the environment's", async () => {
    vi.stubEnv("POWERTOOLS_METRICS_NAMESPACE", "FromEnv");
    vi.stubEnv("POWERTOOLS_SERVICE_NAME", "from-env");
    const powertools = new Metrics({ namespace: "Default", serviceName: "default" });
    expect(await lineOf({ defaultsFrom: powertools, namespace: "Shop", service: "orders" })).toMatchObject({
      namespace: "Shop",
      service: "orders",
    });
    lines.raw.length = 0;
    expect(await lineOf({ defaultsFrom: powertools })).toMatchObject({ namespace: "Default", service: "default" });
  });

  test("missing or refused by CloudWatch are Powertools' fallbacks, with one warning each", async () => {
    const warned = warnings();
    vi.stubEnv("POWERTOOLS_METRICS_NAMESPACE", "AWS/Shop");
    vi.stubEnv("POWERTOOLS_SERVICE_NAME", "café");
    expect(await lineOf({})).toMatchObject({ namespace: "default_namespace", service: "service_undefined" });
    expect(warned.count()).toBe(2);
    expect(warned.text()).toContain("AWS/Shop");
    expect(warned.text()).toContain("café");
  });
});

describe("a Powertools instance", () => {
  test("adds its default dimensions to every set, also those set after its construction", async () => {
    const powertools = new Metrics({
      namespace: "Default",
      serviceName: "default",
      defaultDimensions: { stage: "prod" },
    });
    const measured = metrics({ defaultsFrom: powertools });
    powertools.setDefaultDimensions({ region: "eu-west-1" });
    await install("both", { measured })();

    const [line] = lines.all();
    expect(line).toMatchObject({ service: "default", stage: "prod", region: "eu-west-1" });
    expect(line?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([
      ["service", "stage", "region", "route"],
      ["service", "stage", "region"],
    ]);
  });

  test("is neither emitted through nor changed", async () => {
    const powertools = new Metrics({ namespace: "Default", serviceName: "default" });
    powertools.addMetric("Orders", "Count", 1);
    powertools.addDimension("tenant", "t1");
    await lineOf({ defaultsFrom: powertools });

    expect(lines.all()).toHaveLength(1);
    expect(lines.all()[0]).not.toHaveProperty("Orders");
    expect(lines.all()[0]).not.toHaveProperty("tenant");
    expect(powertools.serializeMetrics()).toMatchObject({ Orders: 1, tenant: "t1" });
  });

  test("without dimensions still gives its namespace", async () => {
    const powertools = new Metrics({ namespace: "Default", serviceName: "default" });
    powertools.clearDefaultDimensions();
    expect(await lineOf({ defaultsFrom: powertools })).toMatchObject({
      namespace: "Default",
      service: "service_undefined",
    });
  });

  test.each(["route", "dependency", "Latency", "CircuitOpened", ":x", "café", "x".repeat(251)])(
    "cannot add a dimension %s: it is dropped with one warning",
    async (name) => {
      const warned = warnings();
      const powertools = new Metrics({
        namespace: "Default",
        defaultDimensions: { [name]: "v", [`${name} `]: "é", ok: "v" },
      });
      const { sets } = await lineOf({ defaultsFrom: powertools });
      expect(sets).toEqual([
        ["service", "ok", "route"],
        ["service", "ok"],
      ]);
      expect(warned.count()).toBe(1);
    },
  );

  test("with the most dimensions that Powertools allows adds all but the one that a route needs", async () => {
    const warned = warnings();
    const defaultDimensions = Object.fromEntries(Array.from({ length: 28 }, (_, n) => [`d${n}`, "v"]));
    const { sets } = await lineOf({ defaultsFrom: new Metrics({ namespace: "Default", defaultDimensions }) });

    expect((sets as string[][]).map((set) => set.length)).toEqual([29, 28]);
    expect(warned.text()).toContain("d27");
  });

  test("that cannot be read fails no request", async () => {
    const warned = warnings();
    const powertools = { singleMetric: () => ({ serializeMetrics: () => ({ _aws: { CloudWatchMetrics: [] } }) }) };
    expect(await lineOf({ defaultsFrom: powertools as never, namespace: "Shop" })).toMatchObject({ namespace: "Shop" });
    lines.raw.length = 0;
    // Powertools writes its default dimensions over the envelope.
    const broken = new Metrics({ namespace: "Default", defaultDimensions: { _aws: "mine" } });
    expect(await lineOf({ defaultsFrom: broken, service: "orders" })).toMatchObject({
      namespace: "default_namespace",
      service: "orders",
    });
    expect(warned.count()).toBe(1);
  });
});

describe("properties", () => {
  test("are on the request's line unchanged, and are no metrics", async () => {
    const line = await lineOf({
      namespace: "Shop",
      properties: ({ event, response, context }) => ({
        tenant: "t1",
        items: 3,
        path: (event as { rawPath: string }).rawPath,
        body: response.body,
        function: context.functionName,
      }),
    });
    expect(line).toMatchObject({
      tenant: "t1",
      items: 3,
      path: "/users/7",
      body: "ok",
      function: "test",
      Latency: expect.any(Number),
    });
    expect(JSON.stringify(line._aws)).not.toMatch(/tenant|items/);
  });

  test.each<[string, string, unknown]>([
    ["NaN", "bad", Number.NaN],
    ["Infinity", "bad", Infinity],
    ["an object", "bad", { a: 1 }],
    ["a bigint", "bad", 1n],
    ["undefined", "bad", undefined],
    ["an over-long value", "bad", "x".repeat(1_025)],
    ["an over-long name", "x".repeat(256), "v"],
    ["an empty name", "", "v"],
    ["the envelope", "_aws", "v"],
    ["a prototype", "__proto__", "v"],
  ])("drop %s, with one warning", async (_name, name, value) => {
    const warned = warnings();
    const properties = () =>
      JSON.parse('{ "before": 1 }', (_key, item) => item) &&
      Object.fromEntries([
        ["before", 1],
        [name, value],
        ["after", 2],
      ]);
    const line = await lineOf({ namespace: "Shop", properties: properties as never });

    expect(line).toMatchObject({ before: 1, after: 2, _aws: { CloudWatchMetrics: [{ Namespace: "Shop" }] } });
    expect(Object.keys(line)).not.toContain(name === "_aws" ? undefined : name);
    expect(warned.count()).toBe(1);
  });

  test.each([
    "Latency",
    "Fault",
    "Error",
    "ColdStart",
    "service",
    "route",
    "dependency",
    "requestId",
    "statusCode",
    "stage",
  ])("cannot take the name %s", async (name) => {
    const warned = warnings();
    const powertools = new Metrics({
      namespace: "Default",
      serviceName: "default",
      defaultDimensions: { stage: "prod" },
    });
    const line = await lineOf({ defaultsFrom: powertools, properties: () => ({ [name]: "mine", other: 1 }) });

    expect(line[name]).not.toBe("mine");
    expect(line.other).toBe(1);
    expect(warned.count()).toBe(1);
  });

  test("may have 1,024 characters, and a name of 255", async () => {
    const warned = warnings();
    const [name, value] = ["n".repeat(255), "v".repeat(1_024)];
    expect(await lineOf({ namespace: "Shop", properties: () => ({ [name]: value }) })).toHaveProperty(name, value);
    expect(warned.count()).toBe(0);
  });

  test("that publish an event which is emitted at once do not mix with it", async () => {
    const { eventChannel, enterInvocation } = await import("@midguard/kernel/internal");
    const line = await lineOf({
      namespace: "Shop",
      service: "orders",
      properties: ({ event }) => {
        const scope = { event, context: {} };
        enterInvocation(scope, scope);
        const ping = { type: "warmup.pinged", source: "w", cold: true, stale: false, heldMs: 0 } as const;
        eventChannel("warmup").publish({ ...ping, correlationId: undefined });
        return { tenant: "t1" };
      },
    });
    expect(lines.events()).toMatchObject([{ WarmupPing: 1 }]);
    expect(lines.events()[0]).not.toHaveProperty("route");
    expect(line).toMatchObject({ tenant: "t1", route: "GET /users/{id}", Fault: 0 });
    expect(line).not.toHaveProperty("WarmupPing");
  });

  test("beyond the hundredth are dropped", async () => {
    const warned = warnings();
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`p${n}`, n]));
    const line = await lineOf({ namespace: "Shop", properties: () => many });

    expect(line).toHaveProperty("p99", 99);
    expect(line).not.toHaveProperty("p100");
    expect(warned.count()).toBe(1);
  });

  test.each<[string, () => never]>([
    [
      "throw",
      () => {
        throw new Error("boom");
      },
    ],
    ["are undefined", () => undefined as never],
    ["are a promise", () => Promise.resolve({ tenant: "t1" }) as never],
  ])("that %s leave the line as it is", async (_name, properties) => {
    const warned = warnings();
    expect(await lineOf({ namespace: "Shop", properties })).toMatchObject({ Fault: 0 });
    expect(warned.count()).toBe(1);
  });
});
