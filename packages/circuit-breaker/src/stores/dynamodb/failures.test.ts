import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { unknownRecord } from "../../fleet/state.ts";
import { dynamoDbCircuitStore } from "./index.ts";

const { signal } = new AbortController();
const credentials = { accessKeyId: "local", secretAccessKey: "local" };

interface Answer {
  readonly status?: number;
  readonly body: object;
  readonly date?: string;
}

/** A server that answers as DynamoDB would, in turn; the last answer again and again. */
let server: Server;
let answers: Answer[] = [];
let asked: string[] = [];
let client: DynamoDBClient;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(String(request.headers["x-amz-target"]).replace(/^.*\./, ""));
    const { status = 200, body, date } = (answers.length > 1 ? answers.shift() : answers[0]) ?? { body: {} };
    response.writeHead(status, { "Content-Type": "application/x-amz-json-1.0", ...(date && { Date: date }) });
    request.resume().on("end", () => response.end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  client = newClient();
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

function newClient(options: object = {}): DynamoDBClient {
  const { port } = server.address() as AddressInfo;
  return new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, region: "eu-west-1", credentials, ...options });
}

const store = () => dynamoDbCircuitStore({ client, tableName: "circuits" });
const failure = (type: string, message = "no") => ({ status: 400, body: { __type: `com.amazonaws#${type}`, message } });

describe("dynamoDbCircuitStore", () => {
  test.each([
    ["ResourceNotFoundException", ": check tableName and the client's region"],
    ["ValidationException", ': its keys must be "id" and "circuit", both text'],
    ["AccessDeniedException", ""],
  ])("names its table and what to check: %s", async (type, advice) => {
    answers = [failure(type)];
    const error = await store()
      .read(["a"], signal)
      .catch((reason: Error) => reason);
    expect(error).toMatchObject({
      message: `dynamoDbCircuitStore: table "circuits" failed${advice} (${type}: no)`,
      cause: { name: type },
    });
  });

  test("asks once, though the client retries", async () => {
    answers = [{ status: 500, body: {} }];
    await expect(store().list(signal)).rejects.toThrow('table "circuits" failed');
    await expect(store().move("a", 0, unknownRecord, signal)).rejects.toThrow();
    expect(asked).toEqual(["Query", "PutItem"]);
  });

  test("asks once, though a client's own strategy retries whatever it gets", async () => {
    const token = { getRetryCount: () => 0, getRetryDelay: () => 0 };
    let retries = 0;
    const stubborn = newClient({
      retryStrategy: {
        acquireInitialRetryToken: async () => token,
        async refreshRetryTokenForRetry() {
          retries += 1;
          if (retries > 3) throw new Error("enough");
          return token;
        },
        recordSuccess() {},
      },
    });
    answers = [failure("InternalServerError", "first")];
    const own = dynamoDbCircuitStore({ client: stubborn, tableName: "circuits" });
    await expect(own.list(signal)).rejects.toThrow("InternalServerError: first");
    expect([asked, retries]).toEqual([["Query"], 4]);
    stubborn.destroy();
  });

  test("fails if DynamoDB leaves keys of a batch unread, because the table is throttled", async () => {
    answers = [{ body: { Responses: {}, UnprocessedKeys: { circuits: { Keys: [{ id: { S: "circuits" } }] } } } }];
    await expect(store().read(["a"], signal)).rejects.toThrow("left keys of a batch unread");
    answers = [{ body: {} }];
    expect((await store().read(["a"], signal)).records.size).toBe(0);
  });

  test("connects by reading a circuit", async () => {
    answers = [{ body: {} }];
    await store().connect?.();
    expect(asked).toEqual(["BatchGetItem"]);
  });

  test("lists all pages", async () => {
    const page = (circuit: string, next?: object) => ({
      body: { Items: [{ id: { S: "circuits" }, circuit: { S: circuit } }], LastEvaluatedKey: next },
    });
    answers = [page("a", { circuit: { S: "a" } }), page("b"), { body: {} }];
    expect([...(await store().list(signal)).records.keys()]).toEqual(["a", "b"]);
    expect(asked).toEqual(["Query", "Query"]);
    expect((await store().list(signal)).records.size).toBe(0);
  });

  test("has the server's time if this machine's clock is wrong, and else its own", async () => {
    const [past, now] = [Date.UTC(2020, 0, 1), Date.now()];
    answers = [{ body: {}, date: new Date(past).toUTCString() }];
    expect((await store().list(signal)).now).toBe(past + 1_000);
    answers = [{ body: {}, date: new Date(now + 86_400_000).toUTCString() }];
    expect((await store().list(signal)).now).toBe(Math.floor((now + 86_400_000) / 1_000) * 1_000);
    for (const date of [new Date(now).toUTCString(), "no date"]) {
      answers = [{ body: {}, date }];
      expect((await store().list(signal)).now).toBeGreaterThanOrEqual(Math.floor(now / 1_000) * 1_000);
      expect((await store().list(signal)).now).toBeLessThanOrEqual(Date.now());
    }
    answers = [{ ...failure("ConditionalCheckFailedException"), date: new Date(past).toUTCString() }];
    expect(await store().move("a", 1, unknownRecord, signal)).toEqual({
      now: past + 1_000,
      hasMoved: false,
      record: undefined,
    });
  });

  test("reads an item without a name", async () => {
    answers = [{ body: { Items: [{}] } }];
    expect([...(await store().list(signal)).records.keys()]).toEqual([""]);
  });

  test.each([
    [{}, "dynamoDbCircuitStore: client must be a DynamoDBClient of @aws-sdk/client-dynamodb, got undefined"],
    [{ client: { config: { serviceId: "S3" } }, tableName: "a" }, 'got "S3"'],
    [{ client: { config: { serviceId: "DynamoDB" } }, tableName: "a" }, 'got "DynamoDB"'],
    [{ client: "dynamodb", tableName: "a" }, 'got "dynamodb"'],
  ])("refuses %o", (options, message) => {
    expect(() => dynamoDbCircuitStore(options as never)).toThrow(message);
    expect(() => dynamoDbCircuitStore({ client, tableName: "" })).toThrow("tableName must be a non-empty string");
  });
});
