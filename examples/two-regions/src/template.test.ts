import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isScalar, parseDocument, visit } from "yaml";
import { bundleOptions } from "./bundle.ts";

interface FunctionProperties {
  readonly CodeUri: string;
  readonly Handler: string;
  readonly Runtime: string;
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
}

const root = join(import.meta.dirname, "..");
// The short forms of CloudFormation's functions are unknown YAML tags, so their arguments are plain values.
const document = parseDocument(readFileSync(join(root, "template.yaml"), "utf8"), { logLevel: "error" });
const template = document.toJS() as {
  readonly Parameters: Record<string, { readonly Default?: string }>;
  readonly Conditions?: Record<string, unknown>;
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>;
};
const sources = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"))
  .join("\n");
const resources = Object.values(template.Resources);
const deployed = resources.find(({ Type }) => Type === "AWS::Serverless::Function")
  ?.Properties as never as FunctionProperties;

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
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => !known.has(name) && !name.startsWith("AWS::"))).toEqual([]);
});

test("it runs the bundle that bundle.ts builds", () => {
  const [file] = deployed.Handler.split(".");
  expect(`${deployed.CodeUri}/${file}.mjs`).toBe(bundleOptions.outfile);
  expect(sources).toContain("export const handler");
  expect(deployed.Runtime).toBe(`${String(bundleOptions.target).replace("node", "nodejs")}.x`);
});

test("it gives the function the variables that it reads, with the same defaults, and no others", () => {
  const read = [...sources.matchAll(/const \{ ([^}]+) \} = process\.env/g)].flatMap(([, list = ""]) =>
    [...list.matchAll(/(\w+) = "([^"]*)"/g)].map(([, name = "", byDefault = ""]) => [name, byDefault] as const),
  );
  const { Variables } = deployed.Environment;
  expect(read.map(([name]) => name).sort()).toEqual(Object.keys(Variables).sort());
  for (const [name, byDefault] of read) {
    const value = Variables[name] ?? "";
    expect([name, String(template.Parameters[value]?.Default ?? "")]).toEqual([name, byDefault]);
  }
});

test("its alarms fire on three of five minutes, and not where there is no data", () => {
  const alarms = resources.filter(({ Type }) => Type === "AWS::CloudWatch::Alarm");
  expect(alarms).toHaveLength(2);
  for (const { Properties } of alarms) {
    expect(Properties).toMatchObject({ EvaluationPeriods: 5, DatapointsToAlarm: 3, TreatMissingData: "notBreaching" });
  }
});
