import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isWarmupPing } from "@midguard/warmup";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { isScalar, parseDocument, visit } from "yaml";
import { usersAlarms, withAlarms } from "./alarms.ts";
import { bundleOptions } from "./bundle.ts";

interface Resource {
  readonly Type: string;
  readonly Properties: never;
}

interface FunctionProperties {
  readonly CodeUri: string;
  readonly Handler: string;
  readonly Runtime: string;
  readonly Architectures: readonly string[];
  readonly ReservedConcurrentExecutions: unknown;
  readonly AutoPublishAlias: string;
  readonly DeploymentPreference: { readonly Type: unknown; readonly Alarms: readonly string[] };
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
  readonly Policies: readonly { readonly Statement: readonly { Action: readonly string[]; Resource: string }[] }[];
  readonly EventInvokeConfig: { readonly DestinationConfig: { OnFailure: { Destination: string } } };
  readonly Events: Readonly<Record<string, { Properties: { Method?: string; Path?: string } }>>;
}

const root = join(import.meta.dirname, "..");
// The short forms of CloudFormation's functions are unknown YAML tags, so their arguments are plain values.
const text = readFileSync(join(root, "template.yaml"), "utf8");
const document = parseDocument(text, { logLevel: "error" });
const template = document.toJS() as {
  Parameters: Record<string, unknown>;
  Conditions: Record<string, unknown>;
  Resources: Record<string, Resource>;
};

function properties<T>(name: string): T {
  return template.Resources[name]?.Properties as T;
}

const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
  .filter((file) => /^(users\/)?[\w-]+\.ts$/.test(file) && !file.endsWith(".test.ts"))
  .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"))
  .join("\n");

describe("template.yaml", () => {
  const users = properties<FunctionProperties>("UsersFunction");

  beforeAll(() => {
    vi.stubEnv("PROFILE_URL", "http://127.0.0.1:1");
    return () => vi.unstubAllEnvs();
  });

  test("is YAML, and refers to nothing that it does not define", () => {
    expect(document.errors).toEqual([]);
    const known = new Set([...Object.keys(template.Resources), ...Object.keys(template.Parameters)]);
    const strangers: unknown[] = [];
    visit(document, (_, node) => {
      if (!isScalar(node) || (node.tag !== "!Ref" && node.tag !== "!GetAtt")) return;
      const name = String(node.value).split(".")[0] ?? "";
      if (!known.has(name) && !name.startsWith("AWS::")) strangers.push(node.value);
    });
    expect(strangers).toEqual([]);
  });

  test("runs the bundle that bundle.ts builds", async () => {
    const [file, name = ""] = users.Handler.split(".");
    expect(`${users.CodeUri}/${file}.mjs`).toBe(bundleOptions.outfile);
    expect(await import("./handler.ts")).toHaveProperty(name, expect.any(Function));
    expect(users.Runtime).toBe(`${String(bundleOptions.target).replace("node", "nodejs")}.x`);
    expect(users.Architectures).toEqual(["arm64"]);
  });

  test("gives the function the variables that it reads, and no others", () => {
    const read = sources.matchAll(/process\.env\.(\w+)|\{ (\w+)(?: = "\w+")? \} = process\.env/g);
    const names = [...read].map(([, direct, destructured]) => direct ?? destructured);
    const { NODE_OPTIONS, ...own } = users.Environment.Variables;
    expect(Object.keys(own).sort()).toEqual([...new Set(names)].sort());
    expect(NODE_OPTIONS).toBe("--enable-source-maps");
  });

  test("allows only the table actions that the store uses", () => {
    const statements = users.Policies.flatMap(({ Statement }) => Statement);
    const sent = [...sources.matchAll(/new (\w+)Command\(/g)].map(([, action]) => `dynamodb:${action}Item`);
    const actions = [...new Set(sent)].map((action) => (action === "dynamodb:ScanItem" ? "dynamodb:Scan" : action));
    expect(statements[0]).toEqual({ Effect: "Allow", Action: actions.sort(), Resource: "UsersTable.Arn" });
  });

  test("has a table of limits only if asked for, as the store expects it", () => {
    const statements = users.Policies.flatMap(({ Statement }) => Statement);
    const ifShared = ["dynamodb:GetItem", "dynamodb:UpdateItem"];
    expect(statements.slice(1)).toEqual([
      ["HasSharedLimits", { Effect: "Allow", Action: ifShared, Resource: "LimitsTable.Arn" }, "AWS::NoValue"],
    ]);
    expect(users.Environment.Variables.LIMITS_TABLE).toEqual(["HasSharedLimits", "LimitsTable", ""]);
    expect(template.Resources.LimitsTable).toMatchObject({
      Condition: "HasSharedLimits",
      Properties: {
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
      },
    });
    expect(template.Conditions.HasSharedLimits).toEqual(["SharedLimits", "true"]);
  });

  test("has the routes of the function, and one for everything else", async () => {
    const { routes } = await import("./routes.ts");
    const events = Object.values(users.Events).map((event) => event.Properties);
    const keys = events.flatMap(({ Method, Path }) => (Path === undefined ? [] : `${Method} ${Path}`));
    expect(keys.sort()).toEqual([...routes.keys()].sort());
    expect(events.filter(({ Path }) => Path === undefined)).toHaveLength(1);
  });

  test("pings every five minutes, without retries, and keeps failed pings", () => {
    const { ScheduleExpression, Target } = properties<{ ScheduleExpression: string; Target: Record<string, never> }>(
      "WarmupSchedule",
    );
    expect(ScheduleExpression).toBe("rate(5 minutes)");
    expect(isWarmupPing(JSON.parse(Target.Input ?? ""))).toBe(true);
    expect(JSON.parse(Target.Input ?? "")).toHaveProperty("sentAt", "<aws.scheduler.scheduled-time>");
    expect(Target).toMatchObject({
      Arn: "UsersFunction.Alias",
      RetryPolicy: { MaximumRetryAttempts: 0 },
      DeadLetterConfig: { Arn: "WarmupDeadLetters.Arn" },
    });
    expect(users.EventInvokeConfig.DestinationConfig.OnFailure.Destination).toBe("WarmupDeadLetters.Arn");
  });

  test("reserves concurrency unless it is 0, and bounds bursts by it", () => {
    expect(template.Parameters.Concurrency).toMatchObject({ Default: 0, MinValue: 0 });
    expect(template.Conditions.IsReserved).toEqual([["Concurrency", 0]]);
    expect(users.ReservedConcurrentExecutions).toEqual(["IsReserved", "Concurrency", "AWS::NoValue"]);
    expect(properties("UsersApi")).toMatchObject({
      DefaultRouteSettings: { ThrottlingBurstLimit: ["IsReserved", "Concurrency", 10] },
    });
  });

  test("keys its table by id, and bounds the cost of reads", () => {
    expect(properties("UsersTable")).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      OnDemandThroughput: { MaxReadRequestUnits: expect.any(Number) },
    });
  });

  test("writes each request to the access log, as JSON", () => {
    const { AccessLogSettings } = properties<{ AccessLogSettings: { DestinationArn: string; Format: string } }>(
      "UsersApi",
    );
    expect(AccessLogSettings.DestinationArn).toBe("AccessLogs.Arn");
    expect(AccessLogSettings.Format).not.toContain("\n");
    expect(JSON.parse(AccessLogSettings.Format)).toMatchObject({
      requestId: "$context.requestId",
      status: "$context.status",
    });
  });

  test("deploys through an alias, gradually in production, and rolls back on alarms", () => {
    expect(users.AutoPublishAlias).toBe("live");
    const { Type, Alarms } = users.DeploymentPreference;
    expect(Type).toEqual(["IsProduction", "Canary10Percent5Minutes", "AllAtOnce"]);
    expect(Alarms).toEqual(["UsersFaultRate", "UsersLambdaErrors", "UsersLambdaThrottles"]);
    for (const alarm of Alarms) expect(usersAlarms).toHaveProperty(alarm);
  });

  const ofCloudWatch = Object.entries(template.Resources).filter(([, { Type }]) =>
    Type.startsWith("AWS::CloudWatch::"),
  );

  test("has exactly the alarms that alarms() gives, and one for dead letters (npx -y pnpm@12 alarms writes them)", () => {
    expect(withAlarms(text)).toBe(text);
    const made = ofCloudWatch.filter(([name]) => name !== "DeadLettersAlarm");
    expect(Object.fromEntries(made)).toEqual(JSON.parse(JSON.stringify(usersAlarms)));
    expect(template.Resources.DeadLettersAlarm).toMatchObject({
      Properties: {
        Namespace: "AWS/SQS",
        MetricName: "ApproximateNumberOfMessagesVisible",
        AlarmActions: ["HasAlarmTopic", ["AlarmTopic"], "AWS::NoValue"],
      },
    });
  });

  test("its alarms see the metrics of its stage, and refer to nothing that it does not define", () => {
    const made = JSON.stringify(usersAlarms);
    const namespaces = [...made.matchAll(/"Namespace":(\{"Fn::Sub":)?"([^"]+)"/g)].map(([, , namespace]) => namespace);
    expect(new Set(namespaces)).toEqual(new Set([users.Environment.Variables.METRICS_NAMESPACE, "AWS/Lambda"]));
    const known = [...Object.keys(template.Resources), ...Object.keys(template.Parameters), "AWS::NoValue"];
    for (const [, name, ofArn] of made.matchAll(/"Ref":"([^"]+)"|\$\{(\w+)\.Arn\}/g))
      expect(known).toContain(name ?? ofArn);
    expect(Object.keys(template.Conditions)).toContain("HasAlarmTopic");
  });
});
