import type { Clock } from "@midguard/kernel";
import { checkDirective } from "./check-directive.ts";
import { checkRepeats } from "./check-repeats.ts";
import { complaint, isObject } from "./complaint.ts";
import { repeatedMembers } from "./repeated-members.ts";

/** How lines of EMF are judged. */
export interface EmfOptions {
  /**
   * CloudWatch accepts timestamps from 14 days before this clock to two hours after it. Give one for lines that were
   * recorded.
   * @default the wall clock
   */
  readonly clock?: Pick<Clock, "now"> | undefined;
}

const hourMs = 3_600_000;
const maxAgeMs = 14 * 24 * hourMs;
const maxAheadMs = 2 * hourMs;
/** A log event of CloudWatch is at most 1 MB in UTF-8. */
const maxBytes = 1_048_576;

function* checkTimestamp(place: string, timestamp: unknown, now: number): Generator<string> {
  if (!Number.isInteger(timestamp)) return yield complaint(place, "whole milliseconds since 1970", timestamp);
  const age = now - Number(timestamp);
  if (age > maxAgeMs) yield complaint(place, "at most 14 days old", timestamp);
  if (age < -maxAheadMs) yield complaint(place, "at most 2 hours ahead", timestamp);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function* check(line: string, now: number): Generator<string> {
  const bytes = Buffer.byteLength(line);
  if (bytes > maxBytes) yield complaint("line", `at most ${maxBytes} bytes`, bytes);
  if (/[\r\n]/.test(line)) yield complaint("line", "one line, without a line break", line);
  const root = parse(line);
  if (!isObject(root)) return yield complaint("line", "a JSON object and nothing else", line);
  for (const place of repeatedMembers(line)) yield complaint(place, "written once", "another of the same name");
  const { _aws: envelope } = root;
  if (!isObject(envelope)) return yield complaint("_aws", "an object at the root", envelope);
  yield* checkTimestamp("_aws.Timestamp", envelope.Timestamp, now);
  const place = "_aws.CloudWatchMetrics";
  const { CloudWatchMetrics: directives } = envelope;
  if (!Array.isArray(directives) || directives.length === 0) {
    return yield complaint(place, "an array of directives", directives);
  }
  for (const [index, directive] of directives.entries()) yield* checkDirective(`${place}[${index}]`, directive, root);
  yield* checkRepeats(place, directives);
}

/**
 * Checks a line in CloudWatch's embedded metric format (EMF) against all limits of the specification and of
 * PutMetricData. CloudWatch drops a line or a metric beyond them without a word. Members that the specification does
 * not name are ignored, as CloudWatch does.
 *
 * @param line - One line of a log, without its line break.
 * @returns Every complaint as text, its place first; empty if CloudWatch accepts the line.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * @example
 * validateEmf('{"_aws":{"Timestamp":null}}');
 * // ["_aws.Timestamp: must be whole milliseconds since 1970, got null",
 * //  "_aws.CloudWatchMetrics: must be an array of directives, got undefined"]
 */
export function validateEmf(line: string, { clock = Date }: EmfOptions = {}): readonly string[] {
  // Several sets may refer to one bad member.
  return [...new Set(check(line, clock.now()))];
}
