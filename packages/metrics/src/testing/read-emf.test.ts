import { Metrics } from "@aws-lambda-powertools/metrics";
import { describe, expect, test } from "vitest";
import { captureEmf, type EmfSource, readEmf } from "./index.ts";

const timestamp = 1_800_000_000_000;
const options = { clock: { now: () => timestamp } };

function lineOf(directives: readonly object[], members: object): string {
  return JSON.stringify({ _aws: { Timestamp: timestamp, CloudWatchMetrics: directives }, ...members });
}

const simple = lineOf([{ Namespace: "Shop", Dimensions: [[]], Metrics: [{ Name: "Placed" }] }], { Placed: 1 });

describe("readEmf", () => {
  test("returns a metric for each name and each set of dimensions, with the line's properties", () => {
    const line = lineOf(
      [
        {
          Namespace: "Shop",
          Dimensions: [["service", "stage"], []],
          Metrics: [
            { Name: "Placed", Unit: "Count" },
            { Name: "Bytes", StorageResolution: 1 },
          ],
        },
        { Namespace: "Shop/Size", Dimensions: [["stage"]], Metrics: [{ Name: "Bytes", Unit: "Bytes" }] },
      ],
      { service: "orders", stage: "prod", Placed: 1, Bytes: [10, 20.5], requestId: "r", user: { tier: "gold" } },
    );
    const properties = { requestId: "r", user: { tier: "gold" } };
    const placed = { name: "Placed", unit: "Count", storageResolution: 60, values: [1], timestamp, properties };
    const bytes = { name: "Bytes", unit: "None", storageResolution: 1, values: [10, 20.5], timestamp, properties };
    expect(readEmf(line, options)).toEqual([
      { namespace: "Shop", dimensions: { service: "orders", stage: "prod" }, ...placed },
      { namespace: "Shop", dimensions: { service: "orders", stage: "prod" }, ...bytes },
      { namespace: "Shop", dimensions: {}, ...placed },
      { namespace: "Shop", dimensions: {}, ...bytes },
      { namespace: "Shop/Size", dimensions: { stage: "prod" }, ...bytes, unit: "Bytes", storageResolution: 60 },
    ]);
  });

  test.each<[string, EmfSource, number]>([
    ["a line", simple, 1],
    ["a line with its line break", `${simple}\n`, 1],
    ["a text", `START RequestId: r\r\n${simple}\r\n{"level":"INFO"}\n\n${simple}`, 2],
    ["an array of lines and texts", [simple, "", `${simple}\n${simple}`], 3],
    ["a log that only quotes EMF", JSON.stringify({ message: simple }), 0],
    ["nothing", [], 0],
  ])("reads %s", (_name, source, count) => {
    expect(readEmf(source, options).map(({ name }) => name)).toEqual(new Array(count).fill("Placed"));
  });

  test("throws with every complaint if CloudWatch would refuse a line", () => {
    const refused = simple.replace('"Shop"', '""').replace(":1}", ':"1"}');
    expect(() => readEmf([simple, refused], options)).toThrow(
      /^readEmf: CloudWatch refuses a line\n_aws\..*Namespace: must be .*\nPlaced: must be .*\n{"_aws"/,
    );
    expect(() => readEmf(simple)).toThrow("_aws.Timestamp: must be at most");
  });

  test("throws for a line that was meant to be EMF", () => {
    expect(() => readEmf(simple.slice(1), options)).toThrow("line: must be a JSON object and nothing else");
    expect(() => readEmf(`{"message":${simple}}`, options)).toThrow("_aws: must be an object at the root");
  });

  test("throws for what is no text", () => {
    expect(() => readEmf({ lines: [] } as never)).toThrow(
      new TypeError("readEmf: source must be a line of EMF, or an array of lines, got an object"),
    );
  });

  test("reads what Powertools writes", async () => {
    const { lines } = await captureEmf(() => {
      const powertools = new Metrics({ namespace: "Shop", serviceName: "orders" });
      powertools.addDimensions({ stage: "prod" });
      for (const value of [1, 2]) powertools.addMetric("Bytes", "Bytes", value, 1);
      powertools.addMetadata("__proto__", "mine");
      powertools.publishStoredMetrics();
    });
    const metric = { namespace: "Shop", name: "Bytes", unit: "Bytes", storageResolution: 1, values: [1, 2] };
    expect(readEmf(lines)).toMatchObject([{ ...metric, dimensions: { service: "orders", stage: "prod" } }]);
  });
});
