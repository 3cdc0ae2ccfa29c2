import { App, CfnParameter, Lazy, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import { describe, expect, test } from "vitest";
import { problemsOfBody } from "../../test/dashboard-body.ts";
import { alarms, dashboard } from "../dashboard/index.ts";
import { Monitoring, type MonitoringProps } from "./index.ts";

const orders = { namespace: "Shop", service: "orders" } as const;
const env = { account: "123456789012", region: "eu-central-1" };

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

function synthesised(props: (stack: Stack) => MonitoringProps, where: object = { env }) {
  const stack = new Stack(new App(), "Stack", where);
  const monitoring = new Monitoring(stack, "Monitoring", props(stack));
  const { Resources } = Template.fromStack(stack).toJSON() as { Resources: Record<string, Resource> };
  const ofType = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type);
  return { monitoring, stack, Resources, ofType };
}

// The first synthesis loads CDK, which takes seconds.
describe("Monitoring", { timeout: 60_000 }, () => {
  test("is the dashboard and the alarms", () => {
    const options = { ...orders, sloLatencyMs: 500, dependencies: ["payments"] };
    const { ofType, monitoring } = synthesised(() => ({
      ...options,
      routes: ["GET /orders"],
      dashboardName: "orders",
    }));
    const [board, ...others] = ofType("AWS::CloudWatch::Dashboard");
    expect(others).toEqual([]);
    expect(board?.Properties.DashboardName).toBe("orders");
    const body = dashboard({ ...options, region: "eu-central-1", routes: ["GET /orders"] });
    expect(JSON.parse(String(board?.Properties.DashboardBody))).toEqual(JSON.parse(JSON.stringify(body)));

    const wanted = Object.values(alarms(options)).filter(({ Type }) => Type === "AWS::CloudWatch::Alarm");
    expect(ofType("AWS::CloudWatch::Alarm")).toEqual(wanted);
    expect([...monitoring.alarms.keys()].sort()).toEqual(Object.keys(alarms(options)).sort());
  });

  test("the burn rate refers to its windows by the stack's own logical IDs", () => {
    const { ofType, Resources } = synthesised(() => orders);
    const [composite] = ofType("AWS::CloudWatch::CompositeAlarm");
    const rule = JSON.stringify(composite?.Properties.AlarmRule);
    const referred = [...rule.matchAll(/"Fn::GetAtt":\["(\w+)","Arn"\]/g)].map(([, id = ""]) => id);
    expect(referred).toHaveLength(4);
    for (const id of referred) expect(Resources[id]?.Type).toBe("AWS::CloudWatch::Alarm");
    expect(composite?.Properties.AlarmRule).toMatchObject({ "Fn::Join": ["", expect.arrayContaining(['(ALARM("'])] });
  });

  test("alarms report to the topics, and watch the function", () => {
    const { ofType } = synthesised((stack) => ({
      ...orders,
      topics: [new Topic(stack, "Topic")],
      function: LambdaFunction.fromFunctionName(stack, "Function", "orders-api"),
    }));
    const topic = [{ Ref: expect.stringMatching(/^Topic/) }];
    const all = [...ofType("AWS::CloudWatch::Alarm"), ...ofType("AWS::CloudWatch::CompositeAlarm")];
    const reporting = all.filter(({ Properties }) => Properties.AlarmActions !== undefined);
    for (const { Properties } of reporting) expect(Properties).toMatchObject({ AlarmActions: topic, OKActions: topic });
    expect(all.length - reporting.length).toBe(4);
    const ofLambda = reporting.filter(({ Properties }) => Properties.Namespace === "AWS/Lambda");
    expect(ofLambda.map(({ Properties }) => Properties.MetricName)).toEqual(["Errors", "Throttles"]);
    for (const { Properties } of ofLambda) expect(JSON.stringify(Properties.Dimensions)).toContain("orders-api");
  });

  test("takes a namespace and a region that are known when the stack is deployed", () => {
    const namespaceOf = (stack: Stack) => new CfnParameter(stack, "Namespace").valueAsString;
    const { ofType } = synthesised((stack) => ({ ...orders, namespace: namespaceOf(stack) }), {});
    const [alarm] = ofType("AWS::CloudWatch::Alarm");
    expect(JSON.stringify(alarm?.Properties)).toContain('"Namespace":{"Ref":"Namespace"}');
    type Joined = { readonly "Fn::Join": readonly [string, readonly (string | { Ref: string })[]] };
    const [body] = ofType("AWS::CloudWatch::Dashboard").map(({ Properties }) => Properties.DashboardBody as Joined);
    const parts = body?.["Fn::Join"][1] ?? [];
    const deployed = parts.map((part) => {
      if (typeof part === "string") return part;
      return part.Ref === "Namespace" ? "Shop/prod" : "eu-west-1";
    });
    const wanted = dashboard({ ...orders, namespace: "Shop/prod", region: "eu-west-1" });
    expect(JSON.parse(deployed.join(""))).toEqual(JSON.parse(JSON.stringify(wanted)));
    expect(problemsOfBody(deployed.join(""))).toEqual([]);
  });

  test("takes a namespace that is a text in the end", () => {
    const { ofType } = synthesised(() => ({ ...orders, namespace: Lazy.string({ produce: () => "Shop" }) }));
    expect(JSON.stringify(ofType("AWS::CloudWatch::Alarm"))).toContain('"Namespace":"Shop"');
  });

  test("refuses what alarms and dashboards refuse", () => {
    expect(() => synthesised(() => ({ ...orders, namespace: "AWS/Shop" }))).toThrow("dashboard: namespace must be");
    expect(() => synthesised(() => ({ ...orders, faultRate: 2 }))).toThrow("alarms: faultRate must be above 0");
    expect(() => synthesised(() => ({ ...orders, topic: [] }) as MonitoringProps)).toThrow("unknown option topic");
  });
});
