import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, RegoEngine, TemplateFile } from "@aws/cloudformation-validate";
import { App, CfnParameter, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { CfnInclude } from "aws-cdk-lib/cloudformation-include";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { catalogueOf } from "../../catalogue/catalogue.ts";
import { presets } from "../../catalogue/metric.ts";
import { type AlarmsOptions, alarms } from "../index.ts";

const orders = { namespace: "Shop", service: "orders" } as const;
const everything: AlarmsOptions = {
  ...orders,
  namespace: { "Fn::Sub": `Shop/\${AWS::StackName}` },
  dimensions: { stage: "prod" },
  sloLatencyMs: 500,
  dependencies: ["payments", "stock-service"],
  functionName: { Ref: "Function" },
  actions: [{ Ref: "Topic" }],
};

type Properties = Record<string, unknown>;

function propertiesOf(options: AlarmsOptions, id: string): Properties {
  return alarms(options)[id]?.Properties as unknown as Properties;
}

describe("alarms", () => {
  test("watches what an on-call engineer is called for", () => {
    expect(Object.keys(alarms(orders))).toEqual([
      "OrdersFaultRate",
      "OrdersBurnRate",
      "OrdersTimeouts",
      "OrdersThrottledRate",
      "OrdersFastBurn1Hour",
      "OrdersFastBurn5Minutes",
      "OrdersSlowBurn6Hours",
      "OrdersSlowBurn30Minutes",
    ]);
    expect(Object.keys(alarms(everything))).toEqual(
      expect.arrayContaining([
        "OrdersLatencyP99",
        "OrdersCircuitOpenedPayments",
        "OrdersCircuitOpenedStockService",
        "OrdersLambdaErrors",
        "OrdersLambdaThrottles",
      ]),
    );
  });

  test("fires after 3 of 5 minutes, the burn rate after one window; missing data is no breach", () => {
    for (const [id, { Type, Properties }] of Object.entries(alarms(everything))) {
      if (Type === "AWS::CloudWatch::CompositeAlarm") continue;
      const periods = /Burn/.test(id) ? [1, 1] : [3, 5];
      const { DatapointsToAlarm, EvaluationPeriods, TreatMissingData } = Properties;
      expect([id, DatapointsToAlarm, EvaluationPeriods]).toEqual([id, ...periods]);
      expect(TreatMissingData).toBe("notBreaching");
    }
  });

  test("compares the share of faults, if there are enough requests", () => {
    const { Metrics, Threshold } = propertiesOf({ ...orders, faultRate: 0.01, minRequests: 50 }, "OrdersFaultRate");
    const metric = { Namespace: "Shop", MetricName: "Fault", Dimensions: [{ Name: "service", Value: "orders" }] };
    expect(Threshold).toBe(1);
    expect(Metrics).toEqual([
      { Id: "share", MetricStat: { Metric: metric, Period: 60, Stat: "Average" }, ReturnData: false },
      { Id: "requests", MetricStat: { Metric: metric, Period: 60, Stat: "SampleCount" }, ReturnData: false },
      {
        Id: "result",
        Expression: "IF(requests >= 50, 100 * share, 0)",
        Label: "% of requests with a fault",
        ReturnData: true,
      },
    ]);
  });

  test.each([
    ["application-signals", "Latency", 500],
    ["otel", "http.server.request.duration", 0.5],
  ] as const)("compares the p99 with the objective, in the unit of %s", (names, MetricName, Threshold) => {
    const latency = propertiesOf({ ...orders, names, sloLatencyMs: 500 }, "OrdersLatencyP99");
    expect(latency).toMatchObject({
      MetricName,
      ExtendedStatistic: "p99",
      EvaluateLowSampleCountPercentile: "ignore",
      Threshold,
    });
  });

  test("calls when both windows of a burn rate are over it, as the SRE workbook has them", () => {
    const [oneHour, fiveMinutes, sixHours, thirtyMinutes] = [
      "FastBurn1Hour",
      "FastBurn5Minutes",
      "SlowBurn6Hours",
      "SlowBurn30Minutes",
    ].map((id) => propertiesOf({ ...orders, sloAvailability: 0.999 }, `Orders${id}`));
    const metricsOf = (Period: number) => ({ Metrics: [{ MetricStat: { Period } }, { MetricStat: { Period } }, {}] });
    expect([oneHour, fiveMinutes, sixHours, thirtyMinutes]).toMatchObject([3_600, 300, 21_600, 1_800].map(metricsOf));
    expect([oneHour?.Threshold, fiveMinutes?.Threshold]).toEqual([1.44, 1.44]);
    expect([sixHours?.Threshold, thirtyMinutes?.Threshold]).toEqual([0.6, 0.6]);
    expect(propertiesOf(orders, "OrdersBurnRate").AlarmRule).toEqual({
      "Fn::Sub":
        `(ALARM("\${OrdersFastBurn1Hour.Arn}") AND ALARM("\${OrdersFastBurn5Minutes.Arn}")) OR ` +
        `(ALARM("\${OrdersSlowBurn6Hours.Arn}") AND ALARM("\${OrdersSlowBurn30Minutes.Arn}"))`,
    });
  });

  test("a burn rate is never above 100 %", () => {
    expect(propertiesOf({ ...orders, sloAvailability: 0.9 }, "OrdersFastBurn1Hour").Threshold).toBe(100);
  });

  test("reports to the actions, but not each window of a burn rate", () => {
    const actions = { "Fn::If": ["HasTopic", [{ Ref: "Topic" }], { Ref: "AWS::NoValue" }] };
    for (const [id, { Properties }] of Object.entries(alarms({ ...everything, actions }))) {
      const { AlarmActions, OKActions } = Properties;
      const isWindow = /Burn\d/.test(id);
      expect([id, AlarmActions, OKActions]).toEqual(isWindow ? [id, undefined, undefined] : [id, actions, actions]);
    }
    expect(alarms(orders).OrdersFaultRate?.Properties).not.toHaveProperty("AlarmActions");
  });

  test.each([
    ["users-api", undefined, "UsersApiFaultRate"],
    ["7 dwarfs", undefined, "DwarfsFaultRate"],
    ["---", undefined, "FaultRate"],
    ["orders", "Shop1", "Shop1FaultRate"],
  ])("names the alarms after the service %s, or with a prefix", (service, prefix, id) => {
    expect(Object.keys(alarms({ ...orders, service, prefix }))[0]).toBe(id);
  });

  test.each(presets)("has metrics of the catalogue alone, and Lambda's own: %s", (names) => {
    const { byId } = catalogueOf(names);
    const known = [...byId.values()].flatMap((metric) =>
      metric.dimensions.map((set) => `${metric.name} ${set.join()}`),
    );
    const text = JSON.stringify(alarms({ ...everything, dimensions: {}, names }));
    const metrics = text.matchAll(
      /"Namespace":("AWS\/Lambda"|\{[^}]*\}[^}]*\}),"MetricName":"([^"]+)","Dimensions":\[(.*?)\]/g,
    );
    for (const [, namespace, name, dimensions = ""] of metrics) {
      if (namespace === '"AWS/Lambda"') continue;
      const of = [...dimensions.matchAll(/"Name":"([^"]+)"/g)].map(([, one]) => one);
      expect(known).toContain(`${name} ${of.join()}`);
    }
  });

  test.each([
    [{ namespace: "AWS/Shop" }, "alarms: namespace must be 1 to 255 of"],
    [{ namespace: { Sub: "Shop" } }, "alarms: namespace must be 1 to 255 of"],
    [{ namespace: { Ref: "A", "Fn::Sub": "B" } }, "alarms: namespace must be 1 to 255 of"],
    [{ prefix: "my-api" }, 'alarms: prefix must be up to 100 letters and digits, a letter first, got "my-api"'],
    [{ actions: "arn" }, 'alarms: actions must be an array of ARNs, or a function of CloudFormation, got "arn"'],
    [{ actions: [7] }, "alarms: actions[0] must be a non-empty string, got 7"],
    [{ functionName: "" }, "alarms: functionName must be a non-empty string"],
    [
      { dependencies: ["a-b", "c", "A b"] },
      'alarms: dependencies[2] must be a name that differs from the others in letters and digits, got "A b"',
    ],
    [{ faultRate: 5 }, "alarms: faultRate must be above 0 and at most 1, got 5"],
    [{ minRequests: 0 }, "alarms: minRequests must be a whole number of at least 1, got 0"],
    [{ routes: [] }, "alarms: unknown option routes"],
  ])("refuses %j", (given, message) => {
    expect(() => alarms({ ...orders, ...given } as AlarmsOptions)).toThrow(message);
  });
});

// The first synthesis loads CDK, which takes seconds.
describe("the template of alarms", { timeout: 60_000 }, () => {
  const parameters = { Function: { Type: "String" }, Topic: { Type: "String" } };
  const folder = mkdtempSync(join(tmpdir(), "midguard-alarms-"));
  const file = join(folder, "template.json");
  let engine: Engine;
  beforeAll(() => {
    engine = new RegoEngine();
  }, 60_000);
  afterAll(() => {
    engine.free();
    rmSync(folder, { recursive: true });
  });

  function templateOf(options: AlarmsOptions): object {
    return { AWSTemplateFormatVersion: "2010-09-09", Parameters: parameters, Resources: alarms(options) };
  }

  function corrections(template: object): readonly string[] {
    writeFileSync(file, JSON.stringify(template));
    const { diagnostics } = engine.validateStandard(new TemplateFile(file));
    const found = diagnostics.filter(({ severity }) => String(severity).toUpperCase() !== "INFO");
    return found.map(({ ruleId, message }) => `${ruleId}: ${message}`);
  }

  test.each(presets)("is read by CDK as CfnAlarm and CfnCompositeAlarm, and comes out the same: %s", (names) => {
    const template = templateOf({ ...everything, names });
    writeFileSync(file, JSON.stringify(template));
    const stack = new Stack(new App(), "Stack");
    new CfnInclude(stack, "Included", { templateFile: file });
    const { Resources } = Template.fromStack(stack).toJSON();
    expect(Resources).toEqual(JSON.parse(JSON.stringify(template)).Resources);
    expect(stack.node.tryFindChild("Topic")).not.toBeInstanceOf(CfnParameter);
  });

  test("has nothing that AWS's own validator would correct, but has with a misspelt property", () => {
    const template = templateOf(everything);
    expect(corrections(template)).toEqual([]);
    const misspelt = JSON.parse(JSON.stringify(template).replace("TreatMissingData", "TreatMissing"));
    expect(corrections(misspelt)).toEqual([expect.stringContaining("TreatMissing")]);
  });
});
