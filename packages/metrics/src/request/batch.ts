import { read } from "@midguard/kernel/internal";

/** The identifier of a record as it stands in `batchItemFailures`: of a message, or its sequence number in a stream. */
function identifierOf(record: unknown): unknown {
  return (
    read(record, "messageId") ?? read(record, "kinesis", "sequenceNumber") ?? read(record, "dynamodb", "SequenceNumber")
  );
}

/** A batch whose function reports which records failed. */
export interface Batch {
  readonly records: number;
  /** Records that Lambda will deliver again. */
  readonly failures: number;
}

/**
 * The batch of an event, by the answer of a function that reports batch item failures; `undefined` without such a
 * report. In a stream every record from the first reported one on fails. An answer that names a record of no batch
 * fails the whole batch.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function batchOf(event: unknown, response: unknown): Batch | undefined {
  const records = read(event, "Records");
  const reported = read(response, "batchItemFailures");
  if (!Array.isArray(records) || !Array.isArray(reported)) return undefined;
  const identifiers = records.map(identifierOf);
  const failed = new Set(reported.map((failure) => identifiers.indexOf(read(failure, "itemIdentifier") ?? "")));
  const isStream = read(records[0], "messageId") === undefined;
  const first = Math.max(0, Math.min(records.length, ...failed));
  const areAll = failed.has(-1) || isStream;
  return { records: records.length, failures: areAll ? records.length - first : failed.size };
}
