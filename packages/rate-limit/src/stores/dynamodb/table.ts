import { createHash } from "node:crypto";
import { DeleteItemCommand, type DynamoDBClient, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { sendOnce } from "@midguard/kernel/stores";
import type { Expression } from "./expression.ts";
import type { Item } from "./item.ts";
import { isKeyThrottle, storeError } from "./table-error.ts";

/** The outcome of a request for one item. */
type Answer =
  /** The item after an update, or as it was read. */
  | { readonly outcome: "done"; readonly item: Item }
  /** An expression's condition refused the update; the item as it is. */
  | { readonly outcome: "refused"; readonly item: Item }
  /** DynamoDB throttles this key, and no other. */
  | { readonly outcome: "throttled" };

/** A table that holds one item per key, as `storedKey` makes it. Every method sends one request, and rejects if DynamoDB fails. */
export interface Table {
  update(key: string, expression: Expression, signal: AbortSignal): Promise<Answer>;
  read(key: string, signal: AbortSignal): Promise<Answer>;
  delete(key: string, signal: AbortSignal): Promise<void>;
  /** Reads an item that does not exist, which opens the connection. */
  connect(): Promise<void>;
}

/** Where a table is, and how its items are named. */
export interface TableOptions {
  /** A client of any version, and so by the members that are used. */
  readonly client: Pick<DynamoDBClient, "config" | "send">;
  readonly tableName: string;
  readonly keyAttribute: string;
}

/** Longer keys would take more room in an item than its counts. */
const longestKey = 128;

/** The key as it is stored. A hash has no colon, so that no limiter's key looks like one. */
export function storedKey(key: string): string {
  if (Buffer.byteLength(key) <= longestKey) return key;
  return `sha256-${createHash("sha256").update(key).digest("base64url")}`;
}

/** The table of a client. */
export function createTable({ client, tableName, keyAttribute }: TableOptions): Table {
  const keyOf = (key: string) => ({ TableName: tableName, Key: { [keyAttribute]: { S: key } } });

  /** Decides about an error: the answer that it is, or an error that names the operation and the table. */
  function answerOf(error: unknown, operation: string): Answer {
    const { name, Item } = error as { readonly name?: unknown; readonly Item?: Item };
    if (name === "ConditionalCheckFailedException") return { outcome: "refused", item: Item };
    if (isKeyThrottle(error)) return { outcome: "throttled" };
    throw storeError(error, { operation, tableName, keyAttribute });
  }

  async function read(key: string, abortSignal?: AbortSignal): Promise<Answer> {
    const command = new GetItemCommand({ ...keyOf(key), ConsistentRead: true });
    try {
      const { Item } = await sendOnce(command, () => client.send(command, abortSignal && { abortSignal }));
      return { outcome: "done", item: Item };
    } catch (error) {
      return answerOf(error, "GetItem");
    }
  }

  return {
    read,
    async update(key, expression, abortSignal) {
      const command = new UpdateItemCommand({
        ...keyOf(key),
        ...expression.build(),
        ReturnValues: "ALL_NEW",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      });
      try {
        const { Attributes } = await sendOnce(command, () => client.send(command, { abortSignal }));
        return { outcome: "done", item: Attributes };
      } catch (error) {
        return answerOf(error, "UpdateItem");
      }
    },
    async delete(key, abortSignal) {
      const command = new DeleteItemCommand(keyOf(key));
      try {
        await sendOnce(command, () => client.send(command, { abortSignal }));
      } catch (error) {
        throw storeError(error, { operation: "DeleteItem", tableName, keyAttribute });
      }
    },
    async connect() {
      // No limiter's key: they have a colon.
      await read("connect");
    },
  };
}
