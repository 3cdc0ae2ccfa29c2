import { apiEvents, lambdaContext, otherEvents } from "@midguard/kernel/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { install } from "../../test/install.ts";
import { captureLines } from "../../test/lines.ts";
import { presets } from "../catalogue/metric.ts";
import { metrics } from "../index.ts";
import { validateEmf } from "./index.ts";

const lines = captureLines();

interface Directive {
  Namespace: unknown;
  Dimensions: unknown[][];
  Metrics: { Name: string; Unit?: unknown; StorageResolution?: unknown }[];
}

type Root = Record<string, unknown> & { _aws: { Timestamp: unknown; CloudWatchMetrics: Directive[] } };

/** Breaks one rule in a line of ours, by `size` more than the rule allows. */
type Break = (line: Root, directive: Directive, size: number) => void;

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `n${index}`);
}

function anyMetric({ Metrics }: Directive, size: number): Directive["Metrics"][number] {
  return Metrics[size % Metrics.length] ?? expect.fail("no metric");
}

function longName(line: Root, length: number, value: unknown): string {
  const name = "x".repeat(length);
  line[name] = value;
  return name;
}

const dayMs = 86_400_000;
const otherCharacters = [..."!\"$%&'()*+,;<=>?@[\\]^`{|}~é\n"];
const breaks: Readonly<Record<string, Break>> = {
  "an old timestamp": ({ _aws }, _directive, size) => {
    _aws.Timestamp = Date.now() - 14 * dayMs - size;
  },
  "a future timestamp": ({ _aws }, _directive, size) => {
    _aws.Timestamp = Date.now() + dayMs / 12 + 60_000 * size;
  },
  "a fraction as a timestamp": ({ _aws }, _directive, size) => {
    _aws.Timestamp = Date.now() + 1 / (size + 1);
  },
  "a long namespace": (_line, directive, size) => {
    directive.Namespace = "x".repeat(255 + size);
  },
  "a namespace of AWS's": (_line, directive, size) => {
    directive.Namespace = `AWS/${"x".repeat(size)}`;
  },
  "a character that namespaces lack": (_line, directive, size) => {
    directive.Namespace = `Shop${otherCharacters[size % otherCharacters.length]}`;
  },
  "a set that is too large": (line, { Dimensions }, size) => {
    Dimensions.push(numbered(30 + size));
    for (const name of numbered(30 + size)) line[name] = "v";
  },
  "a set twice": (_line, { Dimensions }, size) => {
    Dimensions.push([...(Dimensions[size % Dimensions.length] ?? [])].reverse());
  },
  "a dimension twice in a set": (_line, { Dimensions }, size) => {
    const set = Dimensions[size % Dimensions.length];
    set?.push(set[0]);
  },
  "a long dimension name": (line, { Dimensions }, size) => {
    Dimensions[0]?.push(longName(line, 250 + size, "v"));
  },
  "a dimension name with a colon first": (line, { Dimensions }) => {
    line[":x"] = "v";
    Dimensions[0]?.push(":x");
  },
  "a dimension without a value": (line, { Dimensions }, size) => {
    delete line[String(Dimensions.flat()[size % Dimensions.flat().length])];
  },
  "a nested dimension": (line, { Dimensions }) => {
    line.nested = { x: "v" };
    Dimensions[0]?.push("x");
  },
  "a long dimension": (line, { Dimensions }, size) => {
    line[String(Dimensions[0]?.[0])] = "x".repeat(1_024 + size);
  },
  "a blank dimension": (line, { Dimensions }, size) => {
    line[String(Dimensions[0]?.[0])] = " ".repeat(size - 1);
  },
  "a dimension that is not ASCII": (line, { Dimensions }, size) => {
    line[String(Dimensions[0]?.[0])] = String.fromCodePoint(126 + size);
  },
  "too many metrics": (line, { Metrics }, size) => {
    for (const Name of numbered(101 - Metrics.length + size)) {
      Metrics.push({ Name });
      line[Name] = 1;
    }
  },
  "a metric twice": (_line, directive, size) => {
    directive.Metrics.push({ ...anyMetric(directive, size) });
  },
  "a long metric name": (line, { Metrics }, size) => {
    Metrics.push({ Name: longName(line, 255 + size, 1) });
  },
  "a metric called _aws": (_line, { Metrics }) => {
    Metrics.push({ Name: "_aws" });
  },
  "a nested metric": (line, { Metrics }) => {
    line.nested = { x: 1 };
    Metrics.push({ Name: "x" });
  },
  "a metric that is a dimension": (_line, { Dimensions, Metrics }) => {
    Metrics.push({ Name: String(Dimensions[0]?.[0]) });
  },
  "an unknown unit": (_line, directive, size) => {
    anyMetric(directive, size).Unit = "Count ".slice(size % 2);
  },
  "an unknown resolution": (_line, directive, size) => {
    anyMetric(directive, size).StorageResolution = 60 + size;
  },
  "too many values": (line, directive, size) => {
    line[anyMetric(directive, size).Name] = new Array(100 + size).fill(1);
  },
  "no values": (line, directive, size) => {
    line[anyMetric(directive, size).Name] = [];
  },
  "NaN or infinity": (line, directive, size) => {
    line[anyMetric(directive, size).Name] = [Number.NaN, Infinity, -Infinity][size % 3];
  },
  "a value that is too large": (line, directive, size) => {
    line[anyMetric(directive, size).Name] = (size % 2 === 0 ? 1 : -1) * 2 ** (360 + (size % 600) + 1);
  },
  "a line that is too large": (line, _directive, size) => {
    line.blob = "x".repeat(1_048_576 + size - JSON.stringify({ ...line, blob: "" }).length);
  },
};

const events = fc
  .constantFrom(...Object.values(apiEvents), ...Object.values(otherEvents))
  .map((make) => make() as object);

test.each(Object.entries(breaks))("our lines are valid, and invalid with %s", async (_name, breakRule) => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...presets),
      events,
      fc.string({ unit: "grapheme-ascii", maxLength: 30 }).map((text) => `GET /${text}`),
      fc.integer({ min: 1, max: 1_000 }),
      async (names, event, route, size) => {
        lines.raw.length = 0;
        const measured = metrics({ namespace: "Shop", service: "orders", names, route: () => route });
        await install("both", { measured })(event, lambdaContext());
        const [line = ""] = lines.raw;
        expect(validateEmf(line)).toEqual([]);

        const root = JSON.parse(line) as Root;
        const [directive = expect.fail("no directive")] = root._aws.CloudWatchMetrics;
        breakRule(root, directive, size);
        expect(validateEmf(JSON.stringify(root))).not.toEqual([]);
      },
    ),
    { numRuns: 25 },
  );
});
