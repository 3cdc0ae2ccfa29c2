import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isScalar, parseDocument, visit } from "yaml";
import { bundleOptions } from "./bundle.ts";

interface Resource {
  readonly Type: string;
  readonly Properties: never;
}

interface FunctionProperties {
  readonly CodeUri: string;
  readonly Handler: string;
  readonly Runtime: string;
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
  readonly Policies: readonly { readonly Statement: readonly { Action: string; Resource: string }[] }[];
  readonly Events: Readonly<Record<string, { Properties: { Method: string; Path: string } }>>;
}

const root = join(import.meta.dirname, "..");
// The short forms of CloudFormation's functions are unknown YAML tags, so their arguments are plain values.
const document = parseDocument(readFileSync(join(root, "template.yaml"), "utf8"), { logLevel: "error" });
const template = document.toJS() as {
  readonly Parameters: Record<string, { readonly Default?: number }>;
  readonly Resources: Record<string, Resource>;
};

function properties<T>(name: string): T {
  return template.Resources[name]?.Properties as T;
}

const sources = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== "side-by-side.ts")
  .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"))
  .join("\n");

const quotas = properties<FunctionProperties>("QuotasFunction");

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

test("it runs the bundle that bundle.ts builds", () => {
  const [file] = quotas.Handler.split(".");
  expect(`${quotas.CodeUri}/${file}.mjs`).toBe(bundleOptions.outfile);
  expect(readFileSync(join(import.meta.dirname, "handler.ts"), "utf8")).toContain("export const handler");
  expect(quotas.Runtime).toBe(`${String(bundleOptions.target).replace("node", "nodejs")}.x`);
});

test("it gives the function the variables that it reads, with the same defaults, and no others", () => {
  const direct = [...sources.matchAll(/process\.env\.(\w+)/g)].map(([, name = ""]) => name);
  const destructured = [...sources.matchAll(/const \{ ([^}]+) \} = process\.env/g)].flatMap(([, list = ""]) =>
    [...list.matchAll(/(\w+)(?: = "(\d+)")?/g)].map(([, name = "", byDefault]) => [name, byDefault] as const),
  );
  const { Variables } = quotas.Environment;
  const read = new Set([...direct, ...destructured.map(([name]) => name)]);
  expect(Object.keys(Variables).sort()).toEqual([...read].sort());
  const withDefault = destructured.filter(([, byDefault]) => byDefault !== undefined);
  expect(withDefault).toHaveLength(5);
  for (const [name, byDefault] of withDefault) {
    const value = Variables[name] ?? "";
    expect([name, String(template.Parameters[value]?.Default ?? value)]).toEqual([name, byDefault]);
  }
});

test("it has the routes of the function", () => {
  const routes = Object.values(quotas.Events).map((event) => `${event.Properties.Method} ${event.Properties.Path}`);
  expect(routes).toEqual(["GET /price", "POST /login"]);
  expect(sources).toContain('const loginRoute = "POST /login"');
});

test("its table is as the store expects it, and the function may update single items", () => {
  expect(properties("LimitsTable")).toMatchObject({
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
  });
  const statements = quotas.Policies.flatMap(({ Statement }) => Statement);
  expect(statements).toEqual([{ Effect: "Allow", Action: "dynamodb:UpdateItem", Resource: "LimitsTable.Arn" }]);
});

test("its Contributor Insights rule is that of the recipe", () => {
  const recipe = readFileSync(join(root, "../../packages/rate-limit/docs/who-is-limited.md"), "utf8");
  const [rule = ""] = /^\{\n {2}"Schema".*?^\}$/ms.exec(recipe) ?? [];
  const { RuleBody } = properties<{ RuleBody: string }>("ThrottledClients");
  const { LogGroupNames, ...own } = JSON.parse(RuleBody);
  expect({ ...own, LogGroupNames: ["/aws/lambda/users"] }).toEqual(JSON.parse(rule));
  expect(LogGroupNames).toEqual([expect.stringContaining("QuotasLogs")]);
});
