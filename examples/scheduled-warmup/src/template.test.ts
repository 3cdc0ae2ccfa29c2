import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createWarmer, type WarmTarget } from "@midguard/warmup/warmer";
import { expect, test } from "vitest";
import { isScalar, parseDocument, visit } from "yaml";
import type { Event } from "./api.ts";
import { bundleOptions } from "./bundle.ts";

interface FunctionProperties {
  readonly Handler: string;
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
  readonly Events: Readonly<Record<string, { readonly Properties: { readonly Input: string; readonly Path: string } }>>;
}

const root = join(import.meta.dirname, "..");
// The short forms of CloudFormation's functions are unknown YAML tags, so their arguments are plain values.
const document = parseDocument(readFileSync(join(root, "template.yaml"), "utf8"), { logLevel: "error" });
const template = document.toJS() as {
  readonly Globals: { readonly Function: { readonly CodeUri: string; readonly Runtime: string } };
  readonly Parameters: Record<string, unknown>;
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>;
};
const resources = Object.values(template.Resources);
const functions = resources
  .filter(({ Type }) => Type === "AWS::Serverless::Function")
  .map(({ Properties }) => Properties as never as FunctionProperties);
const schedule = functions.flatMap(({ Events }) => Events.EveryFiveMinutes ?? [])[0]?.Properties;
const input = JSON.parse((schedule?.Input ?? "").replace(/\$\{(\w+)\}/g, "$1")) as { readonly targets: WarmTarget[] };

test("the template is YAML, and refers to nothing that it does not define", () => {
  expect(document.errors).toEqual([]);
  const known = new Set([...Object.keys(template.Resources), ...Object.keys(template.Parameters)]);
  const names: string[] = [];
  visit(document, (_, node) => {
    if (!isScalar(node)) return;
    const value = String(node.value);
    if (node.tag === "!Ref" || node.tag === "!GetAtt") names.push(value.split(".")[0] ?? "");
    if (node.tag === "!Sub") names.push(...[...value.matchAll(/\$\{([\w:]+)/g)].map(([, name = ""]) => name));
  });
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !known.has(name) && !name.startsWith("AWS::"))).toEqual([]);
});

test("its functions are the bundles that bundle.ts builds", () => {
  const { CodeUri, Runtime } = template.Globals.Function;
  expect(CodeUri).toBe(bundleOptions.outdir);
  expect(Runtime).toBe(`${String(bundleOptions.target).replace("node", "nodejs")}.x`);
  const entries = bundleOptions.entryPoints as string[];
  const handlers = functions.map(({ Handler }) => Handler).sort();
  expect(handlers).toEqual(entries.map((entry) => `${basename(entry, ".ts")}.handler`).sort());
});

test("it sets each variable that the functions read", () => {
  const sources = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"));
  const read = sources.flatMap((source) =>
    [...source.matchAll(/const \{ ([^}]+) \} = process\.env/g)].flatMap(([, list = ""]) =>
      [...list.matchAll(/(\w+)(?:: \w+)? = ""/g)].map(([, name = ""]) => name),
    ),
  );
  const set = functions.flatMap(({ Environment }) => Object.keys(Environment?.Variables ?? {}));
  expect([...new Set(set)].sort()).toEqual([...new Set(read)].sort());
});

test("its schedule pings every 5 minutes, at most once each time", () => {
  expect(schedule).toMatchObject({
    ScheduleExpression: "rate(5 minutes)",
    FlexibleTimeWindow: { Mode: "FLEXIBLE" },
    RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
  });
});

test("its targets are the API's functions, with requests of their routes and no token", () => {
  const { targets } = input;
  expect(() => createWarmer({ targets, invoker: { invoke: async () => ({ kind: "accepted" }) } })).not.toThrow();
  for (const { functionName, payload } of targets) {
    const target = template.Resources[functionName]?.Properties as FunctionProperties | undefined;
    const paths = Object.values(target?.Events ?? {}).map(({ Properties }) => Properties.Path);
    for (const { routeKey, headers } of payload as Event[]) {
      expect(paths).toContain(routeKey.replace("GET ", ""));
      expect(Object.keys(headers)).not.toContain("authorization");
    }
  }
  expect(targets).toHaveLength(2);
});

test("its alarms fire on three of five periods, and not where there is no data", () => {
  const alarms = resources.filter(({ Type }) => Type === "AWS::CloudWatch::Alarm");
  expect(alarms).toHaveLength(2);
  for (const { Properties } of alarms) {
    expect(Properties).toMatchObject({ EvaluationPeriods: 5, DatapointsToAlarm: 3, TreatMissingData: "notBreaching" });
  }
});
