import { describe, expect, test } from "vitest";
import { validateEmf } from "./index.ts";

const now = 1_800_000_000_000;
const clock = { now: () => now };
const dayMs = 86_400_000;
const hourMs = 3_600_000;

const directive = {
  Namespace: "Shop",
  Dimensions: [["service"]],
  Metrics: [{ Name: "Placed", Unit: "Count" }],
};
const envelope = { Timestamp: now, CloudWatchMetrics: [directive] };
const valid = { _aws: envelope, service: "orders", Placed: 1 };

function withEnvelope(changes: object, members: object = {}): object {
  return { ...valid, _aws: { ...envelope, ...changes }, ...members };
}

function withDirective(changes: object, members: object = {}): object {
  return withEnvelope({ CloudWatchMetrics: [{ ...directive, ...changes }] }, members);
}

function withMetric(changes: object, members: object = {}): object {
  return withDirective({ Metrics: [{ Name: "Placed", ...changes }] }, members);
}

/** A line with a dimension of this name. */
function withDimension(name: unknown): object {
  return withDirective({ Dimensions: [[name]] }, { [String(name)]: "v" });
}

function numbered(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

function members(names: readonly string[], value: unknown): object {
  return Object.fromEntries(names.map((name) => [name, value]));
}

/** Directives by the sets of each, of one metric. */
function directives(...dimensions: readonly (readonly (readonly string[])[])[]): object {
  return { CloudWatchMetrics: dimensions.map((Dimensions) => ({ ...directive, Dimensions })) };
}

function textOf(line: object | string): string {
  return typeof line === "string" ? line : JSON.stringify(line);
}

const validText = textOf(valid);
const padding = 1_048_576 - Buffer.byteLength(textOf({ ...valid, blob: "" }));
const thirty = numbered("d", 30);
const hundred = numbered("m", 100);
const metricsNamed = (names: readonly string[]): object => ({ Metrics: names.map((Name) => ({ Name })) });

describe("a line is accepted", () => {
  test.each<[string, object | string]>([
    ["with one metric", valid],
    ["with other members, whatever they hold", { ...valid, nested: { _aws: 1, Placed: "x" }, none: null, flag: true }],
    ["of 1 MB", { ...valid, blob: "x".repeat(padding) }],
    ["exactly 14 days old", withEnvelope({ Timestamp: now - 14 * dayMs })],
    ["exactly 2 hours ahead", withEnvelope({ Timestamp: now + 2 * hourMs })],
    ["with a namespace of 255 characters", withDirective({ Namespace: "a".repeat(255) })],
    ["with every character of a namespace", withDirective({ Namespace: "aZ09 ._#:/-" })],
    ["with a namespace that only resembles AWS's", withDirective({ Namespace: "AWS" })],
    ["with an empty set", withDirective({ Dimensions: [[]] })],
    ["with 30 dimensions", withDirective({ Dimensions: [thirty] }, members(thirty, "v"))],
    ["with a dimension name of 250 characters", withDimension("d".repeat(250))],
    ["with a dimension value of 1 character", { ...valid, service: "~" }],
    ["with a dimension value of 1,024 characters", { ...valid, service: "v".repeat(1_024) }],
    ["with a dot in a name, which refers to no nested member", withDimension("a.b")],
    ["with 100 metrics", withDirective(metricsNamed(hundred), members(hundred, 1))],
    ["with a metric name of 255 characters", withMetric({ Name: "m".repeat(255) }, members(["m".repeat(255)], 1))],
    ["with a metric name that is not ASCII", withMetric({ Name: "é" }, { é: 1 })],
    ["with 100 values", { ...valid, Placed: new Array(100).fill(0.5) }],
    ["with the largest values", { ...valid, Placed: [2 ** 360, -(2 ** 360)] }],
    ["with high resolution", withMetric({ StorageResolution: 1 })],
    ["with standard resolution", withMetric({ StorageResolution: 60 })],
    ["with a metric by other dimensions in another directive", withEnvelope(directives([["service"]], [[]]))],
    ["with members that the specification does not name", withEnvelope({ LogGroupName: "shop" })],
    ["with a member that repeats inside another", validText.replace("{", '{"mine":{"a":1,"a":2,"b":["a","a"]},')],
    ["with text that looks like a member", { ...valid, text: '"service": {"service":"\\"' }],
  ])("%s", (_name, line) => {
    expect(validateEmf(textOf(line), { clock })).toEqual([]);
  });

  test.each(
    "Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes Terabytes Bits Kilobits Megabits Gigabits Terabits"
      .concat(
        " Percent Count Bytes/Second Kilobytes/Second Megabytes/Second Gigabytes/Second Terabytes/Second Bits/Second",
      )
      .concat(" Kilobits/Second Megabits/Second Gigabits/Second Terabits/Second Count/Second None")
      .split(" "),
  )("with the unit %s", (Unit) => {
    expect(validateEmf(textOf(withMetric({ Unit })), { clock })).toEqual([]);
  });
});

describe("a line is refused", () => {
  const first = "_aws.CloudWatchMetrics[0]";

  test.each<[string, object | string, string]>([
    ["that is cut short", validText.slice(0, -1), "line: must be a JSON object and nothing else"],
    ["with text before it", `INFO ${validText}`, "line: must be a JSON object and nothing else"],
    ["with text after it", `${validText},`, "line: must be a JSON object and nothing else"],
    ["with a bare NaN", validText.replace('"Placed":1', '"Placed":NaN'), "line: must be a JSON object"],
    ["with a bare Infinity", validText.replace('"Placed":1', '"Placed":Infinity'), "line: must be a JSON object"],
    ["that is no object", "7", 'line: must be a JSON object and nothing else, got "7"'],
    ["that is an array", "[]", "line: must be a JSON object"],
    ["that is two lines", JSON.stringify(valid, null, 1), "line: must be one line"],
    [
      "of 1 MB and a byte",
      { ...valid, blob: "x".repeat(padding + 1) },
      "line: must be at most 1048576 bytes, got 1048577",
    ],
    ["of 1 MB and a byte in UTF-8", { ...valid, blob: `é${"x".repeat(padding - 1)}` }, "line: must be at most 1048576"],
    ["without an envelope", { service: "orders", Placed: 1 }, "_aws: must be an object at the root, got undefined"],
    ["with the envelope in another member", { message: valid }, "_aws: must be an object at the root"],
    ["with something else as the envelope", { ...valid, _aws: 1 }, "_aws: must be an object at the root, got 1"],
    ["with a list as the envelope", { ...valid, _aws: [] }, "_aws: must be an object at the root, got an array of 0"],
    ["with a member twice", validText.replace("{", '{"Placed":2,'), "Placed: must be written once"],
    ["with two envelopes", validText.replace("{", '{"_aws":{},'), "_aws: must be written once"],
    [
      "with a member twice in the envelope",
      validText.replace('"Namespace"', '"Namespace":"Mine","Namespace"'),
      "_aws.CloudWatchMetrics.Namespace: must be written once",
    ],
    ["without a timestamp", withEnvelope({ Timestamp: undefined }), "_aws.Timestamp: must be whole milliseconds"],
    ["with null as the timestamp", withEnvelope({ Timestamp: null }), "_aws.Timestamp: must be whole milliseconds"],
    ["with text as the timestamp", withEnvelope({ Timestamp: `${now}` }), "_aws.Timestamp: must be whole milliseconds"],
    [
      "with a part of a millisecond",
      withEnvelope({ Timestamp: now + 0.5 }),
      "_aws.Timestamp: must be whole milliseconds",
    ],
    [
      "over 14 days old",
      withEnvelope({ Timestamp: now - 14 * dayMs - 1 }),
      `_aws.Timestamp: must be at most 14 days old, got ${now - 14 * dayMs - 1}`,
    ],
    [
      "over 2 hours ahead",
      withEnvelope({ Timestamp: now + 2 * hourMs + 1 }),
      "_aws.Timestamp: must be at most 2 hours ahead",
    ],
    ["without directives", withEnvelope({ CloudWatchMetrics: undefined }), "_aws.CloudWatchMetrics: must be an array"],
    [
      "with no directive",
      withEnvelope({ CloudWatchMetrics: [] }),
      "_aws.CloudWatchMetrics: must be an array of directives",
    ],
    [
      "with a directive that is no object",
      withEnvelope({ CloudWatchMetrics: ["Shop"] }),
      `${first}: must be an object`,
    ],
    ["without a namespace", withDirective({ Namespace: undefined }), `${first}.Namespace: must be a namespace`],
    ["with an empty namespace", withDirective({ Namespace: "" }), `${first}.Namespace: must be a namespace`],
    ["with a blank namespace", withDirective({ Namespace: " " }), `${first}.Namespace: must be a namespace`],
    [
      "with a namespace of 256 characters",
      withDirective({ Namespace: "a".repeat(256) }),
      `${first}.Namespace: must be`,
    ],
    ["with another character in the namespace", withDirective({ Namespace: "Shop?" }), `${first}.Namespace: must be`],
    [
      "with a colon at the start of it",
      withDirective({ Namespace: ":Shop" }),
      `${first}.Namespace: must be a namespace`,
    ],
    ["with a namespace of AWS's", withDirective({ Namespace: "AWS/Shop" }), `${first}.Namespace: must be a namespace`],
    [
      "without sets",
      withDirective({ Dimensions: undefined }),
      `${first}.Dimensions: must be an array of dimension sets`,
    ],
    ["with no set", withDirective({ Dimensions: [] }), `${first}.Dimensions: must be an array of dimension sets`],
    [
      "with a set that is no array",
      withDirective({ Dimensions: ["service"] }),
      `${first}.Dimensions[0]: must be an array`,
    ],
    [
      "with 31 dimensions",
      withDirective({ Dimensions: [[...thirty, "service"]] }, members(thirty, "v")),
      `${first}.Dimensions[0]: must be an array of at most 30 names, got an array of 31`,
    ],
    [
      "with a set twice",
      withDirective({ Dimensions: [["service", "a"], [], ["a", "service"]] }, { a: "v" }),
      `${first}.Dimensions[2]: must be another set than those before it`,
    ],
    [
      "with a dimension twice in a set",
      withDirective({ Dimensions: [["service", "service"]] }),
      `${first}.Dimensions[0][1]: must be another name than those before it, got "service"`,
    ],
    [
      "with a number as the name of a dimension",
      withDimension(7),
      `${first}.Dimensions[0][0]: must be a dimension name`,
    ],
    ["with an empty dimension name", withDimension(""), `${first}.Dimensions[0][0]: must be a dimension name`],
    ["with a blank dimension name", withDimension(" "), `${first}.Dimensions[0][0]: must be a dimension name`],
    ["with a dimension name of 251 characters", withDimension("d".repeat(251)), `${first}.Dimensions[0][0]: must be a`],
    [
      "with a dimension name that is not ASCII",
      withDimension("é"),
      `${first}.Dimensions[0][0]: must be a dimension name`,
    ],
    ["with a control character in it", withDimension("a\tb"), `${first}.Dimensions[0][0]: must be a dimension name`],
    ["with a colon at the start of it", withDimension(":a"), `${first}.Dimensions[0][0]: must be a dimension name`],
    [
      "with the envelope as a dimension",
      withDirective({ Dimensions: [["_aws"]] }),
      `${first}.Dimensions[0][0]: must be another name than the envelope's`,
    ],
    [
      "with a dimension that has no value",
      { ...valid, service: undefined },
      "service: must be the value of a dimension",
    ],
    ["with a nested dimension", { ...valid, service: { name: "orders" } }, "service: must be the value of a dimension"],
    [
      "with a dimension in another member",
      withDirective({ Dimensions: [["a.b"]] }, { a: { b: "v" } }),
      "a.b: must be the value of a dimension at the root",
    ],
    [
      "with a dimension that every object inherits",
      withDirective({ Dimensions: [["toString"]] }),
      "toString: must be the value of a dimension",
    ],
    ["with a number as a dimension", { ...valid, service: 7 }, "service: must be the value of a dimension at the root"],
    ["with an empty dimension", { ...valid, service: "" }, "service: must be the value of a dimension"],
    ["with a blank dimension", { ...valid, service: " " }, "service: must be the value of a dimension"],
    ["with a dimension of 1,025 characters", { ...valid, service: "v".repeat(1_025) }, "service: must be the value"],
    ["with a dimension of 2,000 characters", { ...valid, service: "v".repeat(2_000) }, "service: must be the value"],
    [
      "with a dimension that is not ASCII",
      { ...valid, service: "é" },
      'printable ASCII characters, not blank, got "é"',
    ],
    [
      "without metrics",
      withDirective({ Metrics: undefined }),
      `${first}.Metrics: must be an array of 1 to 100 metrics`,
    ],
    ["with no metric", withDirective({ Metrics: [] }), `${first}.Metrics: must be an array of 1 to 100 metrics`],
    [
      "with 101 metrics",
      withDirective(metricsNamed([...hundred, "Placed"]), members(hundred, 1)),
      `${first}.Metrics: must be an array of 1 to 100 metrics, got an array of 101`,
    ],
    [
      "with a metric that is no object",
      withDirective({ Metrics: ["Placed"] }),
      `${first}.Metrics[0]: must be an object`,
    ],
    [
      "with a metric without a name",
      withMetric({ Name: undefined }),
      `${first}.Metrics[0].Name: must be a metric name`,
    ],
    [
      "with an empty metric name",
      withMetric({ Name: "" }, { "": 1 }),
      `${first}.Metrics[0].Name: must be a metric name`,
    ],
    [
      "with a blank metric name",
      withMetric({ Name: " " }, { " ": 1 }),
      `${first}.Metrics[0].Name: must be a metric name`,
    ],
    [
      "with a metric name of 256 characters",
      withMetric({ Name: "m".repeat(256) }, { ["m".repeat(256)]: 1 }),
      `${first}.Metrics[0].Name: must be a metric name: 1 to 255 characters`,
    ],
    [
      "with a metric twice",
      withDirective(metricsNamed(["Placed", "Placed"])),
      `${first}.Metrics[1].Name: must be another name than those before it`,
    ],
    [
      "with a metric that is a dimension, too",
      withMetric({ Name: "service" }),
      `${first}.Metrics[0].Name: must be no dimension, too, got "service"`,
    ],
    [
      "with the envelope as a metric",
      withMetric({ Name: "_aws" }),
      `${first}.Metrics[0].Name: must be another name than the envelope's, got "_aws"`,
    ],
    ["with an unknown unit", withMetric({ Unit: "Hours" }), `${first}.Metrics[0].Unit: must be a unit of CloudWatch`],
    [
      "with a unit in lower case",
      withMetric({ Unit: "count" }),
      `${first}.Metrics[0].Unit: must be a unit of CloudWatch`,
    ],
    ["with null as a unit", withMetric({ Unit: null }), `${first}.Metrics[0].Unit: must be a unit of CloudWatch`],
    [
      "with another resolution",
      withMetric({ StorageResolution: 30 }),
      `${first}.Metrics[0].StorageResolution: must be 1 or 60, got 30`,
    ],
    ["with a metric without a value", { ...valid, Placed: undefined }, "Placed: must be a number at the root"],
    [
      "with a metric in another member",
      withMetric({ Name: "a.b" }, { a: { b: 1 } }),
      "a.b: must be a number at the root, or an array of 1 to 100 numbers, got undefined",
    ],
    [
      "with a metric that every object inherits",
      withMetric({ Name: "toString" }),
      "toString: must be a number at the root",
    ],
    ["with an empty list of values", { ...valid, Placed: [] }, "Placed: must be a number at the root"],
    ["with 101 values", { ...valid, Placed: new Array(101).fill(1) }, "Placed: must be a number at the root"],
    ["with NaN", { ...valid, Placed: Number.NaN }, "Placed: must be a number within ±2^360, got null"],
    ["with Infinity", { ...valid, Placed: [1, Infinity] }, "Placed[1]: must be a number within ±2^360, got null"],
    [
      "with an infinite number",
      validText.replace('"Placed":1', '"Placed":1e999'),
      "Placed: must be a number within ±2^360",
    ],
    [
      "with a value above 2^360",
      { ...valid, Placed: 2 ** 360 * (1 + 2 ** -52) },
      "Placed: must be a number within ±2^360",
    ],
    [
      "with a value below -2^360",
      { ...valid, Placed: -(2 ** 360) * (1 + 2 ** -52) },
      "Placed: must be a number within",
    ],
    ["with text as a value", { ...valid, Placed: "1" }, 'Placed: must be a number within ±2^360, got "1"'],
    [
      "with a nested value",
      { ...valid, Placed: { value: 1 } },
      'Placed: must be a number within ±2^360, got {"value":1}',
    ],
    ["with a list in a list of values", { ...valid, Placed: [[1]] }, "Placed[0]: must be a number within ±2^360"],
    [
      "with a metric in two directives",
      withEnvelope(directives([["service"]], [[], ["service"]])),
      '_aws.CloudWatchMetrics[1]: must be without the metrics of those before it, got "Shop Placed [\\"service\\"]"',
    ],
  ])("%s", (_name, line, complaint) => {
    expect(validateEmf(textOf(line), { clock })).toEqual([expect.stringContaining(complaint)]);
  });
});

test("every complaint is returned, each once", () => {
  const bad = withDirective(
    { Namespace: "", Dimensions: [["service"], ["service", "x"]] },
    { service: 7, Placed: "1" },
  );
  expect(validateEmf(textOf(bad), { clock })).toEqual([
    expect.stringMatching(/^_aws\.CloudWatchMetrics\[0\]\.Namespace: .*, got ""$/),
    expect.stringMatching(/^service: .*, got 7$/),
    expect.stringMatching(/^x: .*, got undefined$/),
    expect.stringMatching(/^Placed: .*, got "1"$/),
  ]);
});

test("directives of any kind are judged", () => {
  const some = [null, { Namespace: "Shop", Dimensions: "service", Metrics: [null] }, { Metrics: [{}] }, directive];
  expect(validateEmf(textOf(withEnvelope({ CloudWatchMetrics: some })), { clock })).toEqual([
    "_aws.CloudWatchMetrics[0]: must be an object, got null",
    '_aws.CloudWatchMetrics[1].Dimensions: must be an array of dimension sets, got "service"',
    "_aws.CloudWatchMetrics[1].Metrics[0]: must be an object, got null",
    expect.stringMatching(/^_aws\.CloudWatchMetrics\[2\]\.Namespace: .*, got undefined$/),
    "_aws.CloudWatchMetrics[2].Dimensions: must be an array of dimension sets, got undefined",
    expect.stringMatching(/^_aws\.CloudWatchMetrics\[2\]\.Metrics\[0\]\.Name: must be a metric name.*, got undefined$/),
  ]);
});

test("text of others in a complaint is escaped, and cut", () => {
  const [complaint = ""] = validateEmf(`x\n{"_aws"\u001b${"y".repeat(1_000)}`, { clock }).slice(1);
  expect(complaint).not.toMatch(/\p{Cc}/u);
  expect(complaint.length).toBeLessThan(300);
});

test("without a clock, timestamps are compared to the present", () => {
  expect(validateEmf(textOf(withEnvelope({ Timestamp: Date.now() })))).toEqual([]);
  expect(validateEmf(textOf(withEnvelope({ Timestamp: Date.now() - 15 * dayMs })))).toHaveLength(1);
});
