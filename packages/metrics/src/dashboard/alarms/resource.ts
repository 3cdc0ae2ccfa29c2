/** A value that CloudFormation computes: `{ Ref: "AlarmTopic" }`, `{ "Fn::Sub": "Shop/${Stage}" }`. */
export type Intrinsic = { readonly [name in "Ref" | `Fn::${string}`]?: unknown };

/** A metric, as an alarm names it. */
export interface AlarmMetric {
  readonly Namespace: string | Intrinsic;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string | Intrinsic }[];
}

/** A metric or an expression of an alarm that computes. */
export type AlarmQuery =
  | {
      readonly Id: string;
      readonly MetricStat: { readonly Metric: AlarmMetric; readonly Period: number; readonly Stat: string };
      readonly ReturnData: false;
    }
  | { readonly Id: string; readonly Expression: string; readonly Label: string; readonly ReturnData: true };

/** What an alarm does when its state changes. */
export interface AlarmActions {
  readonly AlarmActions?: readonly (string | Intrinsic)[] | Intrinsic;
  readonly OKActions?: readonly (string | Intrinsic)[] | Intrinsic;
}

/** When an alarm compares what. */
export interface AlarmCondition {
  readonly AlarmDescription: string;
  readonly Threshold: number;
  readonly ComparisonOperator: "GreaterThanOrEqualToThreshold";
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly TreatMissingData: "notBreaching";
  readonly EvaluateLowSampleCountPercentile?: "ignore";
}

/**
 * An alarm of one metric, or of an expression.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
 */
export interface MetricAlarmResource {
  readonly Type: "AWS::CloudWatch::Alarm";
  readonly Properties: AlarmActions &
    AlarmCondition &
    (
      | (AlarmMetric & { readonly Period: number } & (
            | { readonly Statistic: string }
            | { readonly ExtendedStatistic: string }
          ))
      | { readonly Metrics: readonly AlarmQuery[] }
    );
}

/**
 * An alarm of other alarms.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-compositealarm.html
 */
export interface CompositeAlarmResource {
  readonly Type: "AWS::CloudWatch::CompositeAlarm";
  readonly Properties: AlarmActions & {
    readonly AlarmDescription: string;
    readonly AlarmRule: { readonly "Fn::Sub": string };
  };
}

/** Alarms as resources of a CloudFormation template, by their logical IDs. */
export type AlarmResources = Readonly<Record<string, MetricAlarmResource | CompositeAlarmResource>>;
