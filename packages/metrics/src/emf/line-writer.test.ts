import { Metrics } from "@aws-lambda-powertools/metrics";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { captureLines } from "../../test/lines.ts";
import { catalogueOf } from "../catalogue/catalogue.ts";
import { createLineWriter, type Line } from "./line-writer.ts";

const lines = captureLines();
afterEach(() => {
  vi.unstubAllGlobals();
});

const catalogue = catalogueOf("application-signals");
const powertoolsOptions = { namespace: "Shop", serviceName: "orders", defaultDimensions: { stage: "prod" } };

function makeWriter(): (line: Line) => void {
  const identity = { namespace: "Shop", service: "orders", defaultsFrom: new Metrics(powertoolsOptions) };
  return createLineWriter(identity, catalogue, (_subject, message, detail) => expect.fail(`${message}: ${detail}`));
}

interface Place {
  readonly route?: string;
  readonly dependency?: string;
}

function lineAt({ route, dependency }: Place, value = 1): Line {
  const sets = route === undefined ? [dependency === undefined ? {} : { dependency }] : [{ route }, {}];
  const latency = { name: "Latency", unit: "Milliseconds" } as const;
  return {
    sets,
    metrics: [[latency, value]],
    fields: [
      ["requestId", "r"],
      ["statusCode", 200],
    ],
  };
}

/** The same line by a Powertools instance of its own, which has nothing left over. */
function publishAfresh({ route, dependency }: Place, value: number): void {
  const powertools = new Metrics(powertoolsOptions);
  if (route !== undefined) powertools.addDimension("route", route).addDimensions({});
  if (dependency !== undefined) powertools.addDimension("dependency", dependency);
  powertools.addMetadata("requestId", "r").addMetadata("statusCode", 200 as never);
  powertools.addMetric("Latency", "Milliseconds", value).publishStoredMetrics();
}

const name = fc.constantFrom("a", "b");
const places: fc.Arbitrary<Place> = fc.oneof(
  fc.record({ route: name }),
  fc.record({ dependency: name }),
  fc.constant({}),
);

test("every line is what a fresh Powertools instance would emit, whatever lines came before", () => {
  const warning = vi.spyOn(console, "warn");
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    fc.assert(
      fc.property(fc.array(places, { maxLength: 12 }), (all) => {
        const writeLine = makeWriter();
        lines.raw.length = 0;
        for (const [index, each] of all.entries()) writeLine(lineAt(each, index));
        const written = lines.raw.splice(0).map((line) => JSON.parse(line));
        for (const [index, each] of all.entries()) publishAfresh(each, index);
        expect(written).toEqual(lines.all());
      }),
    );
  } finally {
    vi.useRealTimers();
  }
  expect(warning).not.toHaveBeenCalled();
});

test("a line that cannot be emitted leaves nothing behind for the next one", () => {
  const warn = vi.fn();
  const writeLine = createLineWriter(
    { namespace: "Shop", service: "orders", defaultsFrom: undefined },
    catalogue,
    warn,
  );
  const unknownUnit = { name: "Latency", unit: "Hours" as never };
  writeLine({ ...lineAt({ route: "/a" }), metrics: [[unknownUnit, 1]] });
  writeLine(lineAt({}));

  expect(warn).toHaveBeenCalledExactlyOnceWith("line", "a line could not be emitted", expect.any(Error));
  const [line, ...more] = lines.all();
  expect(more).toEqual([]);
  expect(line?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([["service"]]);
  expect(line).not.toHaveProperty("route");
});

test("overlapping invocations each have their own dimensions", async () => {
  vi.stubEnv("AWS_LAMBDA_MAX_CONCURRENCY", "64");
  const { InvokeStore } = await import("@aws/lambda-invoke-store");
  const store = await InvokeStore.getInstanceAsync(true);
  vi.stubGlobal("awslambda", { InvokeStore: store });
  const writeLine = makeWriter();
  const write = (route: string): void => writeLine(lineAt({ route }));
  // Twice in the first invocation: its second line must not have the dimensions of the first as well.
  store.run({}, () => ["/a", "/a"].map(write));
  store.run({}, () => write("/b"));

  expect(lines.all()).toMatchObject([{ route: "/a" }, { route: "/a" }, { route: "/b" }]);
  for (const line of lines.all()) {
    expect(line._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([
      ["service", "stage", "route"],
      ["service", "stage"],
    ]);
  }
});

describe("the switches of Powertools", () => {
  test.each([
    ["POWERTOOLS_METRICS_DISABLED", { POWERTOOLS_METRICS_DISABLED: "true" }, 0],
    ["POWERTOOLS_DEV", { POWERTOOLS_DEV: "true" }, 0],
    ["POWERTOOLS_DEV with metrics enabled", { POWERTOOLS_DEV: "true", POWERTOOLS_METRICS_DISABLED: "false" }, 2],
  ])("%s is obeyed", (_name, variables, count) => {
    for (const [variable, value] of Object.entries(variables)) vi.stubEnv(variable, value);
    // In development Powertools writes to the global console.
    const logged = vi.spyOn(console, "log").mockImplementation(() => {});
    const writeLine = makeWriter();
    for (const route of ["/a", "/b"]) writeLine(lineAt({ route }));

    expect(lines.all()).toEqual([]);
    expect(logged).toHaveBeenCalledTimes(count);
  });
});
