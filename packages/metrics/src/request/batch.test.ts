import { describe, expect, test } from "vitest";
import { install } from "../../test/install.ts";
import { captureLines } from "../../test/lines.ts";
import { batchOf } from "./batch.ts";

const lines = captureLines();
const ids = ["1", "2", "3", "4"];
const events = {
  sqs: { Records: ids.map((messageId) => ({ eventSource: "aws:sqs", messageId })) },
  kinesis: { Records: ids.map((sequenceNumber) => ({ eventSource: "aws:kinesis", kinesis: { sequenceNumber } })) },
  dynamodb: { Records: ids.map((SequenceNumber) => ({ eventSource: "aws:dynamodb", dynamodb: { SequenceNumber } })) },
};

function answer(...failed: readonly unknown[]): object {
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

describe("the failed records of a batch", () => {
  test.each([
    ["sqs", answer(), 0],
    ["sqs", answer("2"), 1],
    ["sqs", answer("2", "2", "4"), 2],
    ["sqs", answer("1", "2", "3", "4"), 4],
    ["sqs", answer("2", "unknown"), 4],
    ["sqs", answer(""), 4],
    ["sqs", answer(null), 4],
    ["sqs", { batchItemFailures: [{ messageId: "1" }] }, 4],
    ["sqs", { batchItemFailures: [null] }, 4],
    ["kinesis", answer(), 0],
    ["kinesis", answer("4", "3"), 2],
    ["kinesis", answer("1"), 4],
    ["dynamodb", answer("2"), 3],
  ] as const)("of %s with the answer %j are %i", (kind, response, failed) => {
    expect(batchOf(events[kind], response)).toEqual({ records: 4, failures: failed });
  });

  test.each([
    [events.sqs, undefined],
    [events.sqs, { batchItemFailures: null }],
    [{}, answer("1")],
    [null, answer()],
  ])("of %j with the answer %j are unknown", (event, response) => {
    expect(batchOf(event, response)).toBeUndefined();
  });
});

describe("a request line", () => {
  async function lineOf(event: object, response: unknown): Promise<Record<string, unknown> | undefined> {
    await install("both", { handler: async () => response })(event);
    return lines.requests()[0];
  }

  test("counts them, and is no fault while part of the batch succeeds", async () => {
    expect(await lineOf(events.sqs, answer("1", "3"))).toMatchObject({ BatchItemFailures: 2, Fault: 0, Error: 0 });
  });

  test("is a fault if the whole batch fails", async () => {
    expect(await lineOf(events.sqs, answer(...ids))).toMatchObject({ BatchItemFailures: 4, Fault: 1, Error: 0 });
  });

  test("counts 0 if none failed, and an empty batch is no fault", async () => {
    expect(await lineOf({ Records: [] }, answer())).toMatchObject({ BatchItemFailures: 0, Fault: 0 });
  });

  test("has no such metric without such an answer", async () => {
    expect(await lineOf(events.sqs, undefined)).not.toHaveProperty("BatchItemFailures");
  });
});
