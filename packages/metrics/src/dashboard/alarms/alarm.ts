import type { Metric } from "../../catalogue/catalogue.ts";
import type { Statistic } from "../../catalogue/metric.ts";
import type { ResolvedAlarms } from "./options.ts";
import type { AlarmActions, AlarmCondition, AlarmMetric, AlarmQuery, MetricAlarmResource } from "./resource.ts";

/**
 * How many of the last periods must be over the threshold. EMF lines may arrive late, so that one period alone says
 * little.
 */
export interface Evaluation {
  /** In seconds. */
  readonly period: number;
  readonly datapoints: number;
  readonly periods: number;
}

/** 3 of the last 5 minutes. */
const threeOfFive: Evaluation = { period: 60, datapoints: 3, periods: 5 };

/** What an alarm reports, and from where on. */
export interface Condition {
  readonly description: string;
  readonly threshold: number;
  readonly evaluation?: Evaluation;
}

/** The properties of an alarm that reports to the actions. */
export function actionsOf({ actions }: ResolvedAlarms): AlarmActions {
  return actions === undefined ? {} : { AlarmActions: actions, OKActions: actions };
}

function conditionOf({ description, threshold, evaluation = threeOfFive }: Condition): AlarmCondition {
  return {
    AlarmDescription: description,
    Threshold: threshold,
    ComparisonOperator: "GreaterThanOrEqualToThreshold",
    EvaluationPeriods: evaluation.periods,
    DatapointsToAlarm: evaluation.datapoints,
    TreatMissingData: "notBreaching",
  };
}

/** A metric of the service, as an alarm names it. */
export function alarmMetric(
  { service }: ResolvedAlarms,
  { name }: Metric,
  further: Readonly<Record<string, string>> = {},
): AlarmMetric {
  const dimensions = Object.entries({ ...service.dimensions, ...further });
  return {
    Namespace: service.namespace,
    MetricName: name,
    Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
  };
}

/** An alarm of one statistic of a metric. */
export function statisticAlarm(metric: AlarmMetric, stat: Statistic, condition: Condition): MetricAlarmResource {
  const { evaluation = threeOfFive } = condition;
  const isPercentile = /^p\d/.test(stat);
  return {
    Type: "AWS::CloudWatch::Alarm",
    Properties: {
      ...conditionOf(condition),
      ...metric,
      Period: evaluation.period,
      ...(isPercentile
        ? // A percentile of a few requests is but one of them.
          ({ ExtendedStatistic: stat, EvaluateLowSampleCountPercentile: "ignore" } as const)
        : { Statistic: stat }),
    },
  };
}

/** A statistic that an expression reads. */
export interface Input {
  readonly id: string;
  readonly metric: AlarmMetric;
  readonly stat: Statistic;
}

/** An alarm of an expression over metrics. */
export function expressionAlarm(
  expression: string,
  label: string,
  inputs: readonly Input[],
  condition: Condition,
): MetricAlarmResource {
  const { evaluation = threeOfFive } = condition;
  const queries = inputs.map(({ id, metric, stat }): AlarmQuery => {
    return { Id: id, MetricStat: { Metric: metric, Period: evaluation.period, Stat: stat }, ReturnData: false };
  });
  return {
    Type: "AWS::CloudWatch::Alarm",
    Properties: {
      ...conditionOf(condition),
      Metrics: [...queries, { Id: "result", Expression: expression, Label: label, ReturnData: true }],
    },
  };
}
