import { breakdownOf, metricOf } from "../service.ts";
import { actionsOf, alarmMetric, type Condition, expressionAlarm, type Input, statisticAlarm } from "./alarm.ts";
import { burnWindows } from "./burn-rate.ts";
import { type AlarmsOptions, idOf, type ResolvedAlarms, resolveAlarms } from "./options.ts";
import type { AlarmResources, CompositeAlarmResource, MetricAlarmResource } from "./resource.ts";

type Named<Resource> = readonly [id: string, resource: Resource];

/** Without the last bits of a product: 1.44, not 1.4400000000000001. */
const rounded = (value: number): number => Number(value.toPrecision(6));

/** The share of requests with a fault, of at least so many requests. */
function faultAlarm(options: ResolvedAlarms, condition: Condition): MetricAlarmResource {
  const metric = alarmMetric(options, metricOf(options.service, "fault"));
  const inputs: readonly Input[] = [
    { id: "share", metric, stat: "Average" },
    // Each request has a value.
    { id: "requests", metric, stat: "SampleCount" },
  ];
  const expression = `IF(requests >= ${options.minRequests}, 100 * share, 0)`;
  return expressionAlarm(expression, "% of requests with a fault", inputs, condition);
}

function faultRate(options: ResolvedAlarms): MetricAlarmResource {
  const threshold = rounded(options.faultRate * 100);
  const description = `${options.serviceName}: at least ${threshold} % of the requests have a fault (5xx)`;
  return faultAlarm(options, { description, threshold });
}

function throttledRate(options: ResolvedAlarms): MetricAlarmResource {
  const { service, serviceName, minRequests } = options;
  const threshold = rounded(options.throttledRate * 100);
  const inputs: readonly Input[] = [
    { id: "throttled", metric: alarmMetric(options, metricOf(service, "throttled")), stat: "Sum" },
    { id: "requests", metric: alarmMetric(options, metricOf(service, "fault")), stat: "SampleCount" },
  ];
  const expression = `IF(requests >= ${minRequests}, 100 * FILL(throttled, 0) / requests, 0)`;
  const description = `${serviceName}: rate limits reject at least ${threshold} % of the requests`;
  return expressionAlarm(expression, "% of requests throttled", inputs, { description, threshold });
}

function latencyP99(options: ResolvedAlarms, objectiveMs: number): MetricAlarmResource {
  const { service, serviceName } = options;
  const threshold = objectiveMs / service.catalogue.vocabulary.units.duration.divisor;
  const description = `${serviceName}: 1 % of the requests take ${objectiveMs} ms or longer`;
  return statisticAlarm(alarmMetric(options, metricOf(service, "latency")), "p99", { description, threshold });
}

function timeouts(options: ResolvedAlarms): MetricAlarmResource {
  const description = `${options.serviceName}: requests end with the function's timeout`;
  const metric = alarmMetric(options, metricOf(options.service, "timeout"));
  return statisticAlarm(metric, "Sum", { description, threshold: 1 });
}

function circuitAlarms(options: ResolvedAlarms): readonly Named<MetricAlarmResource>[] {
  const { service, serviceName, dependencies } = options;
  const metric = metricOf(service, "circuitOpened");
  const [dimension] = breakdownOf(service, metric) as readonly [string];
  return dependencies.map((dependency) => {
    const description = `${serviceName}: the circuit of ${dependency} opens again and again`;
    const opened = alarmMetric(options, metric, { [dimension]: dependency });
    return [`CircuitOpened${idOf(dependency)}`, statisticAlarm(opened, "Sum", { description, threshold: 1 })];
  });
}

/** What Lambda counts itself: also what ends a process before it can write a line. */
function lambdaAlarms({ serviceName, functionName }: ResolvedAlarms): readonly Named<MetricAlarmResource>[] {
  if (functionName === undefined) return [];
  const metric = (MetricName: string) => {
    return { Namespace: "AWS/Lambda", MetricName, Dimensions: [{ Name: "FunctionName", Value: functionName }] };
  };
  const errors = `${serviceName}: invocations end with an error, a timeout or a crash`;
  const throttles = `${serviceName}: Lambda throttles invocations for want of concurrency`;
  return [
    ["LambdaErrors", statisticAlarm(metric("Errors"), "Sum", { description: errors, threshold: 1 })],
    ["LambdaThrottles", statisticAlarm(metric("Throttles"), "Sum", { description: throttles, threshold: 1 })],
  ];
}

/** The windows of the burn rate. They have no actions: the composite alarm has. */
function burnAlarms(options: ResolvedAlarms): readonly Named<MetricAlarmResource>[] {
  const { serviceName, sloAvailability } = options;
  return burnWindows.flat().map(({ id, words, rate, evaluation }) => {
    const description = `${serviceName}: ${words} of faults at ${rate} times the rate that the objective allows`;
    // Of a generous objective that can be more than everything.
    const threshold = Math.min(100, rounded(100 * rate * (1 - sloAvailability)));
    return [id, faultAlarm(options, { description, threshold, evaluation })];
  });
}

function burnRate({ serviceName, sloAvailability, prefix }: ResolvedAlarms): CompositeAlarmResource {
  const pairs = burnWindows.map((windows) => windows.map(({ id }) => `ALARM("\${${prefix}${id}.Arn}")`).join(" AND "));
  return {
    Type: "AWS::CloudWatch::CompositeAlarm",
    Properties: {
      AlarmDescription: `${serviceName}: faults use up the budget of the objective of ${rounded(sloAvailability * 100)} %`,
      AlarmRule: { "Fn::Sub": pairs.map((pair) => `(${pair})`).join(" OR ") },
    },
  };
}

/**
 * Makes alarms of one service as resources of a CloudFormation template: the fault rate, the p99 against its objective, the
 * burn rate of the availability's objective, timeouts, throttling, circuits, and Lambda's own errors and throttles. They
 * fire after 3 of 5 minutes, the burn rate at once. Missing data is no breach: a service without requests is well.
 *
 * @returns the resources by their logical IDs: `UsersFaultRate`.
 * @throws TypeError or RangeError naming the option and its value.
 *
 * @example
 * const Resources = alarms({
 *   namespace: { "Fn::Sub": "Shop/${Stage}" },
 *   service: "orders",
 *   sloLatencyMs: 500,
 *   actions: [{ Ref: "AlarmTopic" }],
 * });
 */
export function alarms(options: AlarmsOptions): AlarmResources {
  const resolved = resolveAlarms(options);
  const { prefix, sloLatencyMs } = resolved;
  const reporting: readonly Named<MetricAlarmResource | CompositeAlarmResource>[] = [
    ["FaultRate", faultRate(resolved)],
    ...(sloLatencyMs === undefined ? [] : ([["LatencyP99", latencyP99(resolved, sloLatencyMs)]] as const)),
    ["BurnRate", burnRate(resolved)],
    ["Timeouts", timeouts(resolved)],
    ["ThrottledRate", throttledRate(resolved)],
    ...circuitAlarms(resolved),
    ...lambdaAlarms(resolved),
  ];
  const withActions = reporting.map(([id, { Type, Properties }]) => {
    return [id, { Type, Properties: { ...Properties, ...actionsOf(resolved) } }] as const;
  });
  const named = [...withActions, ...burnAlarms(resolved)].map(([id, alarm]) => [prefix + id, alarm] as const);
  return Object.fromEntries(named) as AlarmResources;
}
