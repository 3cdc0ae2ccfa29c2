import { read } from "@midguard/kernel/internal";

/** Where an event that is no API request comes from: `aws:sqs`, `aws.events`, the `source` of an EventBridge event. */
export function originOf(event: unknown): unknown {
  if (read(event, "detail-type") !== undefined) return read(event, "source");
  const record = read(event, "Records", "0");
  // Only SNS writes it with a capital; Kafka and MQ write it once, for all records.
  return read(record, "eventSource") ?? read(record, "EventSource") ?? read(event, "eventSource");
}
