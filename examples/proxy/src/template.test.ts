import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { isScalar, parseDocument, visit } from "yaml";
import { bundleOptions } from "./bundle.ts";

type Properties = Record<string, never> & { readonly Handler: string };

const root = join(import.meta.dirname, "..");
// The short forms of CloudFormation's functions are unknown YAML tags, so their arguments are plain values.
const document = parseDocument(readFileSync(join(root, "template.yaml"), "utf8"), { logLevel: "error" });
const template = document.toJS() as {
  readonly Parameters: Record<string, unknown>;
  readonly Globals: { readonly Function: { CodeUri: string; Runtime: string; Environment: { Variables: object } } };
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: Properties }>;
};
const functions = Object.values(template.Resources).filter(({ Type }) => Type === "AWS::Serverless::Function");

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
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !known.has(name) && !name.startsWith("AWS::"))).toEqual([]);
});

test("it runs bundles that bundle.ts builds", () => {
  const built = (bundleOptions.entryPoints as string[]).map((file) => basename(file, ".ts"));
  expect(functions.map(({ Properties }) => Properties.Handler)).toEqual(["handler.handler", "streaming.handler"]);
  for (const { Properties } of functions) expect(built).toContain(Properties.Handler.split(".")[0]);
  expect(template.Globals.Function.CodeUri).toBe(bundleOptions.outdir);
  expect(template.Globals.Function.Runtime).toBe(`${String(bundleOptions.target).replace("node", "nodejs")}.x`);
});

test("it gives the functions the variables that they read, and no others", () => {
  const source = readFileSync(join(import.meta.dirname, "proxy.ts"), "utf8");
  const [, read = ""] = /const \{ ([^}]+) \} = process\.env/.exec(source) ?? [];
  const names = [...read.matchAll(/(\w+) = "/g)].map(([, name]) => name);
  expect(Object.keys(template.Globals.Function.Environment.Variables).sort()).toEqual(names.sort());
  expect(source).toContain('ATTEMPT_TIMEOUT_MS = "5000"');
});

test("the functions have no policies, and connect to the origin's port only", () => {
  for (const { Properties } of functions) expect(Properties).not.toHaveProperty("Policies");
  expect(template.Resources.ProxySecurityGroup?.Properties.SecurityGroupEgress).toEqual([
    {
      IpProtocol: "tcp",
      FromPort: "OriginPort",
      ToPort: "OriginPort",
      DestinationSecurityGroupId: "OriginSecurityGroup",
    },
  ]);
});
