import { isWarm, type TargetReport } from "../warmer/report.ts";

/** Where the metrics of a log line go. */
export interface LogLineOptions {
  /** CloudWatch namespace; without one the line is a log line only. */
  readonly namespace: string | undefined;
  readonly correlationId: string;
  /** Epoch ms. */
  readonly timestamp: number;
}

const count = (name: string): { readonly Name: string; readonly Unit: "Count" } => ({ Name: name, Unit: "Count" });

/**
 * One line for one target, as JSON. With a namespace it is also Embedded Metric Format: four metrics by function and qualifier.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function logLine(report: TargetReport, { namespace, correlationId, timestamp }: LogLineOptions): string {
  const { functionName, qualifier = "$LATEST", tenantId, asked, distinct, cold, failures } = report;
  const failed = failures.reduce((sum, { count }) => sum + count, 0);
  const fields = {
    level: isWarm(report) ? "INFO" : "WARN",
    message: "warmed",
    correlationId,
    ...report,
    functionName,
    qualifier,
  };
  if (namespace === undefined) return JSON.stringify({ ...fields, timestamp });
  const dimensions = ["functionName", "qualifier", ...(tenantId === undefined ? [] : ["tenantId"])];
  const metrics = ["WarmAsked", "WarmDistinct", "WarmCold", "WarmFailed"].map(count);
  return JSON.stringify({
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [dimensions], Metrics: metrics }],
    },
    ...fields,
    WarmAsked: asked,
    WarmDistinct: distinct,
    WarmCold: cold,
    WarmFailed: failed,
  });
}
