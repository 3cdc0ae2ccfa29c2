import { existsSync } from "node:fs";
import { join } from "node:path";
import { App, Duration, Lazy, Stack } from "aws-cdk-lib";
import { Match, type Template } from "aws-cdk-lib/assertions";
import {
  Alias,
  Code,
  type IFunction,
  type IVersion,
  Function as LambdaFunction,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { ScheduleExpression, TimeWindow } from "aws-cdk-lib/aws-scheduler";
import type { Construct } from "constructs";
import { beforeAll, describe, expect, test } from "vitest";
import { bundleFunction } from "../../../../scripts/bundle-function.ts";
import { arnOf, env, synthesised } from "../../fixtures/deployment/construct.ts";
import { Warmer, type WarmerProps, type WarmerTarget } from "./index.ts";

const packageRoot = join(import.meta.dirname, "../..");

beforeAll(async () => {
  // After a build it is there.
  if (!existsSync(join(packageRoot, "dist/function/index.mjs"))) await bundleFunction(packageRoot);
});

function imported(scope: Construct, functionName = "users"): IFunction {
  return LambdaFunction.fromFunctionArn(scope, functionName, arnOf(functionName));
}

function created(scope: Construct): LambdaFunction {
  const code = Code.fromInline("exports.handler = async () => {};");
  return new LambdaFunction(scope, "Users", { code, handler: "index.handler", runtime: Runtime.NODEJS_22_X });
}

/** CDK's own classes do not fit its interfaces under exactOptionalPropertyTypes. */
function versionOf(scope: Construct): IVersion {
  return created(scope).currentVersion as IVersion;
}

function warmerOf(target: (stack: Construct) => WarmerTarget, props: Partial<WarmerProps> = {}): Template {
  return synthesised((stack) => ({ targets: [target(stack)], ...props }));
}

/** The statements of the warmer's role after the one for its log. */
function grants(template: Template): readonly unknown[] {
  const roles = template.findResources("AWS::IAM::Role", { Properties: { Policies: [{ PolicyName: "warm" }] } });
  const [role] = Object.values(roles);
  return role?.Properties.Policies[0].PolicyDocument.Statement.slice(1);
}

/** The event that the schedule sends. */
function eventOf(template: Template): unknown {
  const [schedule] = Object.values(template.findResources("AWS::Scheduler::Schedule"));
  return schedule?.Properties.Target.Input;
}

describe("a warmer of one target", () => {
  let template: Template;
  beforeAll(() => {
    template = warmerOf((stack) => ({ function: imported(stack), alias: "live", concurrency: 5 }));
  }, 60_000);

  test("has one function, its queue's rules, its log, one schedule and two roles", () => {
    const counts = {
      "AWS::Lambda::Function": 1,
      "AWS::Lambda::EventInvokeConfig": 1,
      "AWS::Logs::LogGroup": 1,
      "AWS::Scheduler::Schedule": 1,
      "AWS::IAM::Role": 2,
    };
    for (const [type, count] of Object.entries(counts)) template.resourceCountIs(type, count);
    expect(Object.keys(template.toJSON().Resources)).toHaveLength(6);
  });

  test("runs the packaged file on Node 24, on arm64", () => {
    template.hasResourceProperties("AWS::Lambda::Function", {
      Handler: "index.handler",
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      MemorySize: 256,
      Timeout: 60,
      Environment: Match.absent(),
    });
    template.hasResource("AWS::Logs::LogGroup", { Properties: { RetentionInDays: 14 }, DeletionPolicy: "Delete" });
  });

  test("is invoked every 5 minutes within a minute, once, with its targets", () => {
    template.hasResourceProperties("AWS::Scheduler::Schedule", {
      ScheduleExpression: "rate(5 minutes)",
      FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 1 },
      Target: { RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } },
    });
    template.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
      Qualifier: "$LATEST",
    });
    expect(JSON.parse(String(eventOf(template)))).toEqual({
      targets: [{ functionName: "users", qualifier: "live", concurrency: 5 }],
    });
  });

  test("lets the schedule invoke the warmer only, for its own account only", () => {
    const [warmer] = Object.keys(template.findResources("AWS::Lambda::Function"));
    template.hasResourceProperties("AWS::IAM::Role", {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Principal: { Service: "scheduler.amazonaws.com" },
            Condition: { StringEquals: { "aws:SourceAccount": env.account } },
          }),
        ],
      },
      ManagedPolicyArns: Match.absent(),
      Policies: [
        {
          PolicyDocument: {
            Version: "2012-10-17",
            Statement: [
              { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: { "Fn::GetAtt": [warmer, "Arn"] } },
            ],
          },
        },
      ],
    });
    template.resourceCountIs("AWS::IAM::Policy", 0);
    template.resourceCountIs("AWS::Lambda::Permission", 0);
  });

  test("lets the warmer write its own log, without a managed policy", () => {
    const [log] = Object.keys(template.findResources("AWS::Logs::LogGroup"));
    template.hasResourceProperties("AWS::IAM::Role", {
      AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { Service: "lambda.amazonaws.com" } })] },
      ManagedPolicyArns: Match.absent(),
      Policies: [
        {
          PolicyDocument: {
            Statement: Match.arrayWith([
              {
                Effect: "Allow",
                Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
                Resource: { "Fn::GetAtt": [log, "Arn"] },
              },
            ]),
          },
        },
      ],
    });
  });
});

const invoke = { Effect: "Allow", Action: "lambda:InvokeFunction" };
const look = { Effect: "Allow", Action: "lambda:GetAlias" };

describe("the warmer's role may invoke", () => {
  test("a function itself, without its versions", () => {
    const template = warmerOf((stack) => ({ function: imported(stack) }));
    expect(grants(template)).toEqual([{ ...invoke, Resource: arnOf("users") }]);
    expect(eventOf(template)).toBe('{"targets":[{"functionName":"users"}]}');
  });

  test("the alias and the versions behind it, and look the alias up", () => {
    const template = warmerOf((stack) => ({ function: imported(stack), alias: "live" }));
    expect(grants(template)).toEqual([
      { ...invoke, Resource: arnOf("users:*") },
      { ...look, Resource: arnOf("users") },
    ]);
  });

  test("an alias of the app likewise", () => {
    const template = warmerOf((stack) => ({
      function: new Alias(stack, "Live", { aliasName: "live", version: versionOf(stack) }) as IFunction,
    }));
    const [users] = Object.keys(
      template.findResources("AWS::Lambda::Function", { Properties: { Runtime: "nodejs22.x" } }),
    );
    const arn = { "Fn::GetAtt": [users, "Arn"] };
    expect(grants(template)).toEqual([
      { ...invoke, Resource: { "Fn::Join": ["", [arn, ":*"]] } },
      { ...look, Resource: arn },
    ]);
    const event = ['{"targets":[{"functionName":"', { Ref: users }, '","qualifier":"live"}]}'];
    expect(eventOf(template)).toEqual({ "Fn::Join": ["", event] });
  });

  test("one version", () => {
    const template = warmerOf((stack) => ({ function: versionOf(stack) }));
    const [users] = Object.keys(
      template.findResources("AWS::Lambda::Function", { Properties: { Runtime: "nodejs22.x" } }),
    );
    const [version] = Object.keys(template.findResources("AWS::Lambda::Version"));
    const qualified = [{ "Fn::GetAtt": [users, "Arn"] }, ":", { "Fn::GetAtt": [version, "Version"] }];
    expect(grants(template)).toEqual([{ ...invoke, Resource: { "Fn::Join": ["", qualified] } }]);
  });

  test("each of several targets once", () => {
    const template = synthesised((stack) => {
      const users = imported(stack);
      const targets = [
        { function: users, alias: "live", tenantId: "a" },
        { function: users, alias: "live", tenantId: "b" },
        { function: imported(stack, "orders") },
      ];
      return { targets };
    });
    expect(grants(template)).toEqual([
      { ...invoke, Resource: [arnOf("users:*"), arnOf("orders")] },
      { ...look, Resource: arnOf("users") },
    ]);
  });
});

test("all options of a target reach the event, and those of a warmer its resources", () => {
  const template = warmerOf(
    (stack) => ({
      function: imported(stack),
      payload: { path: "/users/1" },
      tenantId: "a",
      invocationType: "Event",
      skipIfUsedWithin: Duration.minutes(2),
    }),
    {
      schedule: ScheduleExpression.cron({ minute: "0/3", hour: "6-20" }),
      timeWindow: TimeWindow.off(),
      metricNamespace: "Shop",
      timeout: Duration.minutes(3),
      logRetention: RetentionDays.ONE_DAY,
    },
  );
  expect(JSON.parse(String(eventOf(template)))).toEqual({
    targets: [
      {
        functionName: "users",
        payload: { path: "/users/1" },
        tenantId: "a",
        invocationType: "Event",
        skipIfUsedWithinMs: 120_000,
      },
    ],
  });
  template.hasResourceProperties("AWS::Scheduler::Schedule", {
    ScheduleExpression: "cron(0/3 6-20 * * ? *)",
    FlexibleTimeWindow: { Mode: "OFF" },
  });
  template.hasResourceProperties("AWS::Lambda::Function", {
    Timeout: 180,
    Environment: { Variables: { MIDGUARD_WARM_NAMESPACE: "Shop" } },
  });
  template.hasResourceProperties("AWS::Logs::LogGroup", { RetentionInDays: 1 });
});

test("a namespace that is known at deployment only is taken", () => {
  const metricNamespace = Lazy.string({ produce: () => "Shop" });
  const template = warmerOf((stack) => ({ function: imported(stack) }), { metricNamespace });
  template.hasResourceProperties("AWS::Lambda::Function", {
    Environment: { Variables: { MIDGUARD_WARM_NAMESPACE: "Shop" } },
  });
});

test("a warmer has its function, its log and its schedule as properties", () => {
  const stack = new Stack(new App(), "Stack");
  const warmer = new Warmer(stack, "Warmer", { targets: [{ function: created(stack) }] });
  expect(stack.resolve(warmer.function.functionArn)).toEqual({ "Fn::GetAtt": [expect.any(String), "Arn"] });
  expect(stack.resolve(warmer.logGroup.logGroupName)).toEqual({ Ref: expect.any(String) });
  expect(stack.resolve(warmer.schedule.scheduleName)).toEqual({ Ref: expect.any(String) });
});

describe("Warmer refuses", () => {
  const elsewhere = (region: string, account: string): string => `arn:aws:lambda:${region}:${account}:function:users`;
  const ofArn = (arn: string) => (stack: Construct) => ({ function: LambdaFunction.fromFunctionArn(stack, "f", arn) });

  test.each<[string, (stack: Construct) => WarmerTarget, string]>([
    [
      "too much concurrency",
      (stack) => ({ function: imported(stack), concurrency: 51 }),
      "Warmer: targets[0]: concurrency must be a whole number between 1 and 50, got 51",
    ],
    ["no function", () => ({}) as never, "Warmer: targets[0]: function must be a function of CDK, got undefined"],
    [
      "a qualifier in place of an alias",
      (stack) => ({ function: versionOf(stack), qualifier: "live" }) as never,
      "Warmer: targets[0]: unknown option qualifier: give function, and alias",
    ],
    [
      "an alias of a version",
      (stack) => ({ function: versionOf(stack), alias: "live" }),
      'Warmer: targets[0]: alias must be absent if function is an alias or a version, got "live"',
    ],
    [
      "another region",
      ofArn(elsewhere("eu-west-1", env.account)),
      "Warmer: targets[0]: function must be in the warmer's region eu-central-1, got eu-west-1",
    ],
    [
      "another account",
      ofArn(elsewhere(env.region, "210987654321")),
      "Warmer: targets[0]: function must be in the warmer's account 123456789012, got 210987654321",
    ],
    [
      "a function with a qualifier",
      ofArn(arnOf("users:live")),
      `Warmer: targets[0]: function must be imported without a qualifier, with alias beside it, got ${arnOf("users:live")}`,
    ],
  ])("%s", (_, target, message) => {
    expect(() => warmerOf(target)).toThrow(message);
  });

  test("no targets", () => {
    expect(() => synthesised(() => ({ targets: [] }))).toThrow("Warmer: targets must not be empty");
  });

  test("a namespace of AWS", () => {
    const target = (stack: Construct): WarmerTarget => ({ function: imported(stack) });
    expect(() => warmerOf(target, { metricNamespace: "AWS/Lambda" })).toThrow(
      'Warmer: metricNamespace must be a CloudWatch namespace, got "AWS/Lambda"',
    );
  });
});
