import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  PutItemCommand,
  type PutItemCommandOutput,
  QueryCommand,
  type QueryCommandOutput,
  UpdateItemCommand,
  type UpdateItemCommandOutput,
} from "@aws-sdk/client-dynamodb";
import { read } from "@midguard/kernel/internal";
import { sendOnce } from "@midguard/kernel/stores";
import type { Put, Update } from "./expressions.ts";
import { allCircuits, type Item, keyOf } from "./item.ts";
import type { DynamoDbCircuitStoreOptions } from "./options.ts";
import { watchServerTime } from "./server-time.ts";
import { storeError } from "./store-error.ts";

/** The outcome of a conditional write. If the condition refused it, `item` is the item as it is. */
export interface Written {
  readonly now: number;
  readonly isDone: boolean;
  readonly item: Item | undefined;
}

/** Items, and the time at the server. */
export interface Found {
  readonly now: number;
  readonly items: readonly Item[];
}

/** A table with one item per circuit. Every method rejects with an error that names the table. */
export interface Table {
  /** Reads up to 100 circuits in one request. */
  get(circuits: readonly string[], signal: AbortSignal): Promise<Found>;
  /** Reads all circuits: one request for about 3,000 of them. */
  query(signal: AbortSignal): Promise<Found>;
  update(circuit: string, update: Update, signal: AbortSignal): Promise<Written>;
  put(put: Put, signal: AbortSignal): Promise<Written>;
}

/** The errors of a conditional write that it failed by, and no other. */
function isRefusal(error: unknown): boolean {
  return read(error, "name") === "ConditionalCheckFailedException";
}

export function createTable({ client, tableName }: DynamoDbCircuitStoreOptions): Table {
  async function write(
    command: UpdateItemCommand | PutItemCommand,
    deliver: () => Promise<UpdateItemCommandOutput | PutItemCommandOutput>,
  ): Promise<Written> {
    const serverNow = watchServerTime(command);
    try {
      const { Attributes: item } = await sendOnce(command, deliver);
      return { now: serverNow(), isDone: true, item };
    } catch (error) {
      if (!isRefusal(error)) throw storeError(error, tableName);
      return { now: serverNow(), isDone: false, item: read(error, "Item") as Item | undefined };
    }
  }

  async function find<Output>(
    command: BatchGetItemCommand | QueryCommand,
    deliver: () => Promise<Output>,
  ): Promise<{ readonly now: number; readonly output: Output }> {
    const serverNow = watchServerTime(command);
    try {
      const output = await sendOnce(command, deliver);
      return { now: serverNow(), output };
    } catch (error) {
      throw storeError(error, tableName);
    }
  }

  return {
    async get(circuits, abortSignal) {
      const command = new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys: circuits.map(keyOf) } } });
      const deliver = (): Promise<BatchGetItemCommandOutput> => client.send(command, { abortSignal });
      const { now, output } = await find(command, deliver);
      if (Object.keys(output.UnprocessedKeys ?? {}).length > 0) {
        throw storeError(new Error("DynamoDB left keys of a batch unread: the table is throttled"), tableName);
      }
      // One table was asked, whether by its name or its ARN.
      return { now, items: Object.values(output.Responses ?? {}).flat() };
    },
    async query(abortSignal) {
      const items: Item[] = [];
      for (let start: Item | undefined; ; ) {
        const command = new QueryCommand({
          TableName: tableName,
          ConsistentRead: true,
          ...allCircuits,
          ...(start && { ExclusiveStartKey: start }),
        });
        const deliver = (): Promise<QueryCommandOutput> => client.send(command, { abortSignal });
        const { now, output } = await find(command, deliver);
        items.push(...(output.Items ?? []));
        start = output.LastEvaluatedKey;
        if (start === undefined) return { now, items };
      }
    },
    update(circuit, update, abortSignal) {
      const command = new UpdateItemCommand({
        TableName: tableName,
        Key: keyOf(circuit),
        ...update,
        ReturnValues: "ALL_NEW",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      });
      return write(command, () => client.send(command, { abortSignal }));
    },
    put({ Item, ...condition }, abortSignal) {
      const command = new PutItemCommand({
        TableName: tableName,
        Item,
        ...condition,
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      });
      return write(command, () => client.send(command, { abortSignal }));
    },
  };
}
