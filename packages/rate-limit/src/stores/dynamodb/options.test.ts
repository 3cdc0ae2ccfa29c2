import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { createRateLimiter } from "../../limiter.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { rateLimit } from "../../middleware.ts";
import { dynamoDbStore } from "./dynamodb-store.ts";
import type { DynamoDbStoreOptions } from "./options.ts";

const client = new DynamoDBClient({ region: "eu-west-1" });
const make = (options: object) => () => dynamoDbStore(options as DynamoDbStoreOptions);
const wanted = "dynamoDbStore: client must be a DynamoDBClient of @aws-sdk/client-dynamodb";

describe("dynamoDbStore", () => {
  it.each([
    [{ tableName: "limits" }, `${wanted}, got undefined`],
    [{ client: { send() {}, config: { serviceId: "S3" } }, tableName: "limits" }, `${wanted}, got "S3"`],
    [{ client: { sendCommand() {} }, tableName: "limits" }, `${wanted}, got an object`],
    [{ client: { config: { serviceId: "DynamoDB" } }, tableName: "limits" }, `${wanted}, got "DynamoDB"`],
    [{ client }, "dynamoDbStore: tableName must be a non-empty string, got undefined"],
    [{ client, tableName: "" }, 'dynamoDbStore: tableName must be a non-empty string, got ""'],
    [{ client, tableName: "limits", table: "x" }, 'dynamoDbStore: unknown option table ("x")'],
    [
      { client, tableName: "limits", keyAttribute: "a.b" },
      'dynamoDbStore: keyAttribute must be 1 to 255 letters, digits, "_" or "-", got "a.b"',
    ],
    [
      { client, tableName: "limits", ttlAttribute: "id" },
      'dynamoDbStore: keyAttribute and ttlAttribute must differ, got "id" twice',
    ],
  ])("refuses bad options: %o", (options, message) => {
    expect(make(options)).toThrow(message);
  });

  it("refuses strict windows, when the limiter is made", async () => {
    const store = dynamoDbStore({ client, tableName: "limits" });
    const strict = slidingWindow(5, "15m", { name: "logins", strict: true });
    const text = 'dynamoDbStore: limit "logins" must not be strict; use slidingWindow without strict';
    expect(() => createRateLimiter({ store, limits: strict })).toThrow(text);
    expect(() => rateLimit({ store, limits: strict })).toThrow(text);
    const request = { key: "k", cost: 1, now: 0, limits: [strict] };
    await expect(store.take(request, new AbortController().signal)).rejects.toThrow(text);
  });
});
