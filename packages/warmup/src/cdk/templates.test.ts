/** The SAM template and the Terraform module deploy what the construct deploys, property by property. */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, RegoEngine, TemplateFile } from "@aws/cloudformation-validate";
import { Duration } from "aws-cdk-lib";
import { type IFunction, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { ScheduleExpression, TimeWindow } from "aws-cdk-lib/aws-scheduler";
import type { Construct } from "constructs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleFunction } from "../../../../scripts/bundle-function.ts";
import { arnOf, env, synthesised } from "../../fixtures/deployment/construct.ts";
import { deploymentOf } from "../../fixtures/deployment/deployment.ts";
import * as sam from "../../fixtures/deployment/sam.ts";
import * as terraform from "../../fixtures/deployment/terraform.ts";
import { resolveTarget } from "../warmer/target.ts";
import type { WarmerProps } from "./index.ts";

const packageRoot = join(import.meta.dirname, "../..");
const terraformFolder = join(packageRoot, "deploy/terraform");
const samText = readFileSync(join(packageRoot, "deploy/sam/template.yaml"), "utf8");
const template = sam.readTemplate(samText);

interface Case {
  readonly construct: (stack: Construct) => WarmerProps;
  readonly sam: Readonly<Record<string, unknown>>;
  readonly terraform: Omit<terraform.Values, "accountId">;
}

function imported(stack: Construct, name: string): IFunction {
  return LambdaFunction.fromFunctionArn(stack, name, arnOf(name));
}

const payload = { requests: [{ path: "/users/1" }, 2] };
const manyTargets = [
  { functionName: "users", qualifier: "live", concurrency: 5, payload },
  { functionName: "orders" },
  { functionName: "tenants", tenantId: "a", invocationType: "Event", skipIfUsedWithinMs: 120_000 },
];

/** The same warmers, for each of the three. */
const cases: Readonly<Record<string, Case>> = {
  "one function, defaults": {
    construct: (stack) => ({ targets: [{ function: imported(stack, "users") }] }),
    sam: { Targets: '[{"functionName":"users"}]', InvokeArns: [arnOf("users")] },
    terraform: {
      variables: { targets: [{ function_arn: arnOf("users") }] },
      locals: {
        input: JSON.stringify({ targets: [{ functionName: "users" }] }),
        invoke_arns: [arnOf("users")],
        alias_function_arns: [],
      },
    },
  },
  "several targets, every option": {
    construct: (stack) => ({
      targets: [
        { function: imported(stack, "users"), alias: "live", concurrency: 5, payload },
        { function: imported(stack, "orders") },
        {
          function: imported(stack, "tenants"),
          tenantId: "a",
          invocationType: "Event",
          skipIfUsedWithin: Duration.minutes(2),
        },
      ],
      schedule: ScheduleExpression.expression("rate(3 minutes)"),
      timeWindow: TimeWindow.flexible(Duration.minutes(2)),
      metricNamespace: "Shop",
      timeout: Duration.minutes(2),
      logRetention: RetentionDays.ONE_MONTH,
    }),
    sam: {
      Targets: JSON.stringify(manyTargets),
      InvokeArns: [arnOf("users:*"), arnOf("orders"), arnOf("tenants")],
      AliasFunctionArns: [arnOf("users")],
      ScheduleExpression: "rate(3 minutes)",
      WindowMinutes: 2,
      MetricNamespace: "Shop",
      TimeoutSeconds: 120,
      LogRetentionDays: 30,
    },
    terraform: {
      variables: {
        name: "shop-warmer",
        targets: [
          { function_arn: arnOf("users"), alias: "live", concurrency: 5, payload: JSON.stringify(payload) },
          { function_arn: arnOf("orders") },
          { function_arn: arnOf("tenants"), tenant_id: "a", invocation_type: "Event", skip_if_used_within_ms: 120_000 },
        ],
        schedule_expression: "rate(3 minutes)",
        window_minutes: 2,
        metric_namespace: "Shop",
        timeout_seconds: 120,
        log_retention_days: 30,
      },
      locals: {
        input: JSON.stringify({ targets: manyTargets }),
        invoke_arns: [arnOf("users:*"), arnOf("orders"), arnOf("tenants")],
        alias_function_arns: [arnOf("users")],
      },
    },
  },
};

beforeAll(async () => {
  // After a build it is there.
  if (!existsSync(join(packageRoot, "dist/function/index.mjs"))) await bundleFunction(packageRoot);
});

// The first synthesis loads CDK, which takes seconds.
describe.each(Object.entries(cases))("with %s,", { timeout: 60_000 }, (_, { construct, ...own }) => {
  const wanted = (): unknown => deploymentOf(synthesised(construct).toJSON().Resources);

  test("the SAM template deploys the construct's resources", () => {
    expect(deploymentOf(sam.resourcesOf(template, own.sam, env.account))).toEqual(wanted());
  });

  test("the Terraform module deploys the construct's resources", async () => {
    const values = { ...own.terraform, accountId: env.account };
    const module = await terraform.readModule(terraformFolder);
    expect(deploymentOf(terraform.resourcesOf(module, values))).toEqual(wanted());
  });

  test("the warmer takes the targets of the event", () => {
    const { targets } = JSON.parse(String(own.terraform.locals.input));
    for (const target of targets) expect(resolveTarget("target", target, 50).functionName).toBe(target.functionName);
  });
});

describe("AWS's own validator of CloudFormation templates finds nothing to correct in", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "midguard-templates-"));
  let engine: Engine;
  beforeAll(() => {
    engine = new RegoEngine();
  }, 60_000);
  afterAll(() => {
    engine.free();
    rmSync(folder, { recursive: true });
  });

  function corrections(content: string): readonly string[] {
    const file = join(folder, "template.yaml");
    writeFileSync(file, content);
    const { diagnostics } = engine.validateStandard(new TemplateFile(file));
    const found = diagnostics.filter(({ severity }) => String(severity).toUpperCase() !== "INFO");
    return found.map(({ ruleId, message }) => `${ruleId}: ${message}`);
  }

  test("the SAM template", () => {
    expect(corrections(samText)).toEqual([]);
  });

  test.each(Object.entries(cases))("the resources of the SAM template and of the construct with %s", (_, own) => {
    const Resources = sam.resourcesOf(template, own.sam, env.account);
    expect(corrections(JSON.stringify({ Resources }))).toEqual([]);
    // W3005: CDK names dependencies that follow from references too.
    const ofConstruct = corrections(JSON.stringify(synthesised(own.construct).toJSON()));
    expect(ofConstruct.filter((correction) => !correction.startsWith("W3005"))).toEqual([]);
  });

  test("but in a template with a misspelt property it does", () => {
    const Resources = sam.resourcesOf(template, cases["one function, defaults"]?.sam ?? {}, env.account);
    const misspelt = JSON.stringify({ Resources }).replace("MemorySize", "MemorySiz");
    expect(corrections(misspelt)).toEqual([expect.stringContaining("MemorySiz")]);
  });
});

test("the code of both is the packaged function", () => {
  const { Properties } = template.Resources.Warmer ?? {};
  expect(join(packageRoot, "deploy/sam", String(Properties?.CodeUri))).toBe(join(packageRoot, "dist/function"));
  const main = readFileSync(join(terraformFolder, "main.tf"), "utf8");
  const [, source = ""] = /source_dir\s*=\s*"\$\{path\.module\}\/([^"]+)"/.exec(main) ?? [];
  expect(join(terraformFolder, source)).toBe(join(packageRoot, "dist/function"));
});

const environment = { ...process.env, CHECKPOINT_DISABLE: "1", TF_CLI_CONFIG_FILE: "/dev/null" };
const hasTerraform = spawnSync("terraform", ["version"], { env: environment }).status === 0;

describe.skipIf(!hasTerraform)("Terraform, which is installed,", () => {
  function run(folder: string, args: readonly string[], input = ""): string {
    return execFileSync("terraform", args, { cwd: folder, env: environment, input, encoding: "utf8", stdio: "pipe" });
  }

  /** Runs Terraform on the variables and the locals alone, which need no provider. */
  function runWith(variables: object, args: readonly string[], input?: string): string {
    const folder = mkdtempSync(join(tmpdir(), "midguard-terraform-"));
    try {
      for (const file of ["variables.tf", "locals.tf"]) copyFileSync(join(terraformFolder, file), join(folder, file));
      writeFileSync(join(folder, "terraform.tfvars.json"), JSON.stringify(variables));
      return run(folder, args, input);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  function locals(variables: object): Record<string, unknown> {
    const fields = ["input", "invoke_arns", "alias_function_arns"].map((name) => `${name} = local.${name}`);
    // The console shows a text as an expression.
    return JSON.parse(JSON.parse(runWith(variables, ["console"], `jsonencode({ ${fields.join(", ")} })\n`)));
  }

  test("finds the module formatted and loads it", () => {
    expect(run(terraformFolder, ["fmt", "-check", "-diff"])).toBe("");
    expect(run(terraformFolder, ["providers"])).toContain("hashicorp/aws");
  });

  test.each(Object.entries(cases))("computes the event and the ARNs with %s", (_, own) => {
    const { input, ...arns } = locals(own.terraform.variables);
    const { input: wanted, ...wantedArns } = own.terraform.locals;
    expect(JSON.parse(String(input))).toEqual(JSON.parse(String(wanted)));
    expect(arns).toEqual(wantedArns);
  });

  test("invokes exactly the version of a target that has one", () => {
    const { input, invoke_arns } = locals({ targets: [{ function_arn: arnOf("users"), version: "7" }] });
    expect(JSON.parse(String(input))).toEqual({ targets: [{ functionName: "users", qualifier: "7" }] });
    expect(invoke_arns).toEqual([arnOf("users:7")]);
  });

  test.each([
    ["no targets", { targets: [] }],
    ["a qualified ARN", { targets: [{ function_arn: arnOf("users:live") }] }],
    ["an alias and a version", { targets: [{ function_arn: arnOf("users"), alias: "live", version: "7" }] }],
    ["a long name", { name: "a".repeat(56), targets: [{ function_arn: arnOf("users") }] }],
  ])("refuses %s", (_, variables) => {
    const plan = ["plan", "-input=false", "-no-color"];
    expect(() => runWith(variables, plan)).toThrow("Invalid value for variable");
  });
});
