// By the entry's name, so that this code is in no file that functions load at a cold start.
import {
  type AlarmResources,
  type AlarmsOptions,
  alarms,
  type DashboardOptions,
  dashboard,
  type Intrinsic,
} from "@midguard/metrics/dashboard";
import { CfnResource, Stack, Token } from "aws-cdk-lib";
import { CfnDashboard } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";

/** Properties of a `Monitoring`: what `dashboard()` and `alarms()` take. */
export interface MonitoringProps
  extends Omit<AlarmsOptions, "namespace" | "prefix" | "functionName" | "actions">,
    Pick<DashboardOptions, "namespace" | "routes" | "periodSeconds"> {
  /** Name of the dashboard. @default - CloudFormation makes one up */
  readonly dashboardName?: string | undefined;
  /** The Lambda function, for alarms of its own errors and throttles. @default - none */
  readonly function?: IFunction | undefined;
  /** Topics that learn of alarms and of their ends. @default - none */
  readonly topics?: readonly ITopic[] | undefined;
}

/**
 * Stands for a namespace that is known only when the stack is deployed. Its hyphen puts it in quotes, which suit any
 * namespace.
 */
const placeholder = "midguard-namespace";

/** The body of the dashboard, for `DashboardBody`. */
function bodyOf(stack: Stack, props: MonitoringProps): string {
  const { namespace, service, names, dimensions, routes, dependencies, sloLatencyMs, sloAvailability } = props;
  const others = { service, names, dimensions, routes, dependencies, sloLatencyMs, sloAvailability };
  const isKnown = !Token.isUnresolved(namespace);
  const body = dashboard({
    ...others,
    namespace: isKnown ? namespace : placeholder,
    region: stack.region,
    periodSeconds: props.periodSeconds,
  });
  const text = JSON.stringify(body);
  return stack.toJsonString(JSON.parse(isKnown ? text : text.replaceAll(placeholder, () => namespace)));
}

/** The alarms with what the construct knows of their function and their topics. */
function alarmsOf(stack: Stack, props: MonitoringProps): AlarmResources {
  const { dashboardName, routes, periodSeconds, function: fn, topics = [], namespace, ...options } = props;
  return alarms({
    ...options,
    namespace: Token.isUnresolved(namespace) ? (stack.resolve(namespace) as string | Intrinsic) : namespace,
    functionName: fn?.functionName,
    actions: topics.length === 0 ? undefined : topics.map(({ topicArn }) => topicArn),
  });
}

/**
 * The dashboard of a service, and its alarms.
 *
 * @throws TypeError or RangeError naming the property and its value.
 *
 * @example
 * new Monitoring(this, "Monitoring", { namespace: "Shop", service: "orders", sloLatencyMs: 500, topics: [oncall] });
 */
export class Monitoring extends Construct {
  /** The dashboard. */
  readonly dashboard: CfnDashboard;
  /** The alarms by their names in `alarms()`: `OrdersFaultRate`. */
  readonly alarms: ReadonlyMap<string, CfnResource>;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const stack = Stack.of(this);
    this.dashboard = new CfnDashboard(this, "Dashboard", {
      ...(props.dashboardName !== undefined && { dashboardName: props.dashboardName }),
      dashboardBody: bodyOf(stack, props),
    });
    const made = new Map<string, CfnResource>();
    const make = (name: string, type: string, properties: object): void => {
      made.set(name, new CfnResource(this, name, { type, properties: { ...properties } }));
    };
    const resources = Object.entries(alarmsOf(stack, props));
    for (const [name, { Type, Properties }] of resources) {
      if (!("AlarmRule" in Properties)) make(name, Type, Properties);
    }
    // After the alarms that it is made of, whose logical IDs are the stack's.
    for (const [name, { Type, Properties }] of resources) {
      if (!("AlarmRule" in Properties)) continue;
      const rule = Properties.AlarmRule["Fn::Sub"].replaceAll(/\$\{(\w+)\.Arn\}/g, (_, of: string) => {
        return String(made.get(of)?.getAtt("Arn"));
      });
      make(name, Type, { ...Properties, AlarmRule: rule });
    }
    this.alarms = made;
  }
}
