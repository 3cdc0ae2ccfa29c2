import { Metrics } from "@aws-lambda-powertools/metrics";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { captureLines } from "../test/lines.ts";
import { Emitter, type Labels } from "./emitter.ts";

const lines = captureLines();
const options = { namespace: "Shop", serviceName: "orders", defaultDimensions: { stage: "prod" } };

function write(emitter: Emitter, labels: Labels, count = 1): void {
  emitter.label(labels);
  emitter.addMetric("Fault", "Count", count);
  emitter.emit();
}

/** The same line by a Powertools instance of its own, which has nothing to forget. */
function writeAfresh({ route, dependency }: Labels, count: number): void {
  const powertools = new Metrics(options);
  if (route !== undefined) powertools.addDimension("route", route).addDimensions({});
  if (dependency !== undefined) powertools.addDimension("dependency", dependency);
  powertools.addMetric("Fault", "Count", count).publishStoredMetrics();
}

const name = fc.constantFrom("a", "b");
const labels: fc.Arbitrary<Labels> = fc.oneof(
  fc.record({ route: name }),
  fc.record({ dependency: name }),
  fc.constant({}),
);

test("every line is what a fresh Powertools instance would write, whatever lines came before", () => {
  const warning = vi.spyOn(console, "warn");
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    fc.assert(
      fc.property(fc.array(labels, { maxLength: 12 }), (all) => {
        const emitter = new Emitter(options);
        lines.raw.length = 0;
        for (const [index, each] of all.entries()) write(emitter, each, index);
        const written = lines.raw.splice(0);
        for (const [index, each] of all.entries()) writeAfresh(each, index);
        expect(written).toEqual(lines.raw);
      }),
    );
  } finally {
    vi.useRealTimers();
  }
  expect(warning).not.toHaveBeenCalled();
});

test("Powertools is told of dimensions only where they change", () => {
  const told = vi.spyOn(Metrics.prototype, "addDimension");
  const emitter = new Emitter(options);
  for (const route of ["GET /a", "GET /a", "GET /b", "GET /b", "GET /a"]) write(emitter, { route });

  expect(told.mock.calls).toEqual([
    ["route", "GET /a"],
    ["route", "GET /b"],
    ["route", "GET /a"],
  ]);
});

test("where invocations overlap, each has dimensions of its own", async () => {
  vi.stubEnv("AWS_LAMBDA_MAX_CONCURRENCY", "64");
  const { InvokeStore } = await import("@aws/lambda-invoke-store");
  const store = await InvokeStore.getInstanceAsync(true);
  vi.stubGlobal("awslambda", { InvokeStore: store });
  try {
    const emitter = new Emitter(options);
    // Twice in the first invocation: what it has kept from its first line must not come twice.
    store.run({}, () => ["/a", "/a"].map((route) => write(emitter, { route })));
    store.run({}, () => write(emitter, { route: "/a" }));
  } finally {
    vi.unstubAllGlobals();
  }
  expect(lines.all()).toMatchObject([{ route: "/a" }, { route: "/a" }, { route: "/a" }]);
  for (const line of lines.all()) {
    expect(line._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([
      ["service", "stage", "route"],
      ["service", "stage"],
    ]);
  }
});

describe("Powertools' switches", () => {
  test.each([
    ["POWERTOOLS_METRICS_DISABLED", { POWERTOOLS_METRICS_DISABLED: "true" }, 0],
    ["POWERTOOLS_DEV", { POWERTOOLS_DEV: "true" }, 0],
    ["POWERTOOLS_DEV with metrics", { POWERTOOLS_DEV: "true", POWERTOOLS_METRICS_DISABLED: "false" }, 1],
  ])("%s counts, and nothing is kept for a later line", (_name, variables, count) => {
    for (const [variable, value] of Object.entries(variables)) vi.stubEnv(variable, value);
    const emitter = new Emitter(options);
    emitter.addMetadata("requestId", "r");
    write(emitter, { route: "/a" });

    expect(lines.all()).toHaveLength(count);
    expect(emitter.hasStoredMetrics()).toBe(false);
    expect(emitter.serializeMetrics()).not.toHaveProperty("requestId");
  });
});
