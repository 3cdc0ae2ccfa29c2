import { type DynamoDBClient, GetItemCommand, type InternalServerError } from "@aws-sdk/client-dynamodb";
import { subscribe } from "@midguard/kernel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRateLimiter } from "../../limiter.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import type { RateLimitStore } from "../../store/store.ts";
import { freshKey } from "../../testing/harness.ts";
import { dynamoDbStore } from "./dynamodb-store.ts";
import {
  errorBody,
  internalServerError,
  provisionedThroughputExceeded,
  requestLimitExceeded,
  throttlingException,
  unrecognizedClient,
} from "./testing/error-bodies.ts";
import { describeWithTable, tableName } from "./testing/local-table.ts";
import { type DynamoDbProxy, type Instead, startProxy } from "./testing/proxy.ts";

const { signal } = new AbortController();
const keyRange = "TableWriteKeyRangeThroughputExceeded";
const limits = [slidingWindow(10, "1h"), quota(100, "year")];
const now = Date.UTC(2026, 10, 28, 12);

describeWithTable("when DynamoDB fails", (table) => {
  let proxy: DynamoDbProxy;
  let client: DynamoDBClient;
  let store: RateLimitStore;
  let failed: unknown[];
  let unsubscribe: () => void;

  beforeEach(async () => {
    proxy = await startProxy(table.local.endpoint);
    client = table.newClient(proxy.endpoint);
    store = table.newStore(client);
    failed = [];
    unsubscribe = subscribe((event) => {
      if (event.type === "rate_limit.store_failed") failed.push(event.error);
    });
  });

  afterEach(async () => {
    unsubscribe();
    await proxy.stop();
  });

  const limiter = () =>
    createRateLimiter({ name: freshKey().slice(9), store, limits, onStoreError: "deny", storeTimeoutMs: 15_000 });
  const take = (key: string, cost = 1) => store.take({ key, cost, now, limits }, signal);
  /** Answers so for one key, and lets all others pass. */
  function answerFor(key: string, instead: Instead): void {
    proxy.answer = ({ body }) => (body.includes(key) ? instead : undefined);
  }

  describe("throttling of one key is kept to that key", () => {
    it.each([
      ["ThrottlingException", throttlingException(keyRange)],
      ["ProvisionedThroughputExceededException", provisionedThroughputExceeded(keyRange)],
      ["RequestLimitExceeded", requestLimitExceeded(keyRange)],
    ])("%s: it is over its limit for one second, all others are limited as before", async (_name, throttled) => {
      const [limited, hot, other] = [limiter(), freshKey(), freshKey()];
      answerFor(hot, throttled);
      const busy = { remaining: 0, resetAfterMs: 1_000 };
      for (let round = 0; round < 12; round += 1) {
        const [rejected, decision] = await Promise.all([limited.take(hot), limited.take(other)]);
        expect(rejected).toMatchObject({
          allowed: false,
          retryAfterMs: 1_000,
          limits: [busy, busy],
          violated: [busy, busy],
        });
        expect([decision.allowed, decision.remaining]).toEqual([round < 10, Math.max(0, 9 - round)]);
      }
      expect(failed).toEqual([]);
      // One request for each take: the client retries none of them.
      expect(proxy.asked).toHaveLength(24);
    });

    it("looking at it finds nothing left, and a refund does nothing", async () => {
      const hot = freshKey();
      const request = { key: hot, cost: 1, now, limits };
      const decision = await store.take(request, signal);
      answerFor(hot, throttlingException("TableReadKeyRangeThroughputExceeded"));
      expect(await store.peek({ key: hot, now, limits }, signal)).toMatchObject([{ remaining: 0 }, { remaining: 0 }]);
      expect(await take(hot, 0)).toMatchObject({ allowed: false, retryAfterMs: 1_000 });
      await store.refund(request, decision, now, signal);
      proxy.answer = () => undefined;
      expect((await take(hot)).remaining).toBe(8);
    });
  });

  it.each([
    ["a table's provisioned throughput", provisionedThroughputExceeded("TableWriteProvisionedThroughputExceeded")],
    ["a table's largest throughput", throttlingException("TableWriteMaxOnDemandThroughputExceeded")],
    ["an account", requestLimitExceeded("TableWriteAccountLimitExceeded")],
    ["a key and a table", throttlingException(keyRange, "TableWriteProvisionedThroughputExceeded")],
    ["unknown", throttlingException()],
    ["unknown, of an older service", errorBody("com.amazon.coral.availability#ThrottlingException", "Rate exceeded")],
    ["of a new kind", throttlingException("TableWriteMoonPhaseExceeded")],
    ["an internal error", internalServerError],
    ["wrong credentials", unrecognizedClient],
  ])(
    "%s is a failure of the store, about which onStoreError decides, and nothing is sent again",
    async (_name, instead) => {
      const [limited, key] = [limiter(), freshKey()];
      answerFor(key, instead);
      expect(await limited.take(key)).toMatchObject({ allowed: false, limits: [], retryAfterMs: 1_000 });
      expect(failed).toHaveLength(1);
      const { body } = instead as { body: { __type: string; message: string } };
      expect(String(failed[0])).toContain(`dynamoDbStore: UpdateItem on table "limits" failed`);
      expect(String(failed[0])).toContain(body.message);
      expect((failed[0] as Error).cause).toMatchObject({ name: body.__type.replace(/^.*#/, "") });
      expect(proxy.asked).toHaveLength(1);
      await expect(store.peek({ key, now, limits }, signal)).rejects.toThrow('GetItem on table "limits" failed');
      await expect(store.reset(key, signal)).rejects.toThrow('DeleteItem on table "limits" failed');
      expect(proxy.asked).toHaveLength(3);
    },
  );

  it("other commands of the same client are retried as before", async () => {
    const key = freshKey();
    answerFor(key, internalServerError);
    await expect(take(key)).rejects.toThrow("InternalServerError: Internal server error");
    expect(proxy.asked).toHaveLength(1);
    const command = new GetItemCommand({ TableName: tableName, Key: { id: { S: key } } });
    const error = (await client.send(command).catch((reason: unknown) => reason)) as InternalServerError;
    // 3 or 4, by the version of the SDK.
    expect(error.$metadata.attempts).toBeGreaterThan(2);
    expect(proxy.asked).toHaveLength(1 + (error.$metadata.attempts ?? 0));
  });

  it("an update whose answer is lost counts once", async () => {
    const key = freshKey();
    answerFor(key, "lost");
    await expect(take(key)).rejects.toThrow("UpdateItem");
    expect(proxy.asked).toHaveLength(1);
    proxy.answer = () => undefined;
    expect((await take(key)).remaining).toBe(8);
  });

  it("even a client that retries every error sends an update once", async () => {
    const key = freshKey();
    const token = { getRetryCount: () => tries, getRetryDelay: () => 0 };
    let tries = 0;
    Object.assign(client.config, {
      retryStrategy: async () => ({
        acquireInitialRetryToken: async () => token,
        async refreshRetryTokenForRetry() {
          tries += 1;
          if (tries > 3) throw new Error("enough");
          return token;
        },
        recordSuccess() {},
      }),
    });
    answerFor(key, internalServerError);
    await expect(take(key)).rejects.toThrow("InternalServerError: Internal server error");
    expect([tries, proxy.asked.length]).toEqual([4, 1]);
  });

  it("an error of the client itself comes out", async () => {
    client.middlewareStack.add(() => () => Promise.reject(new RangeError("not today")), { step: "initialize" });
    await expect(take(freshKey())).rejects.toThrow("failed (RangeError: not today)");
  });

  it("an aborted take ends", async () => {
    const asking = new AbortController();
    proxy.answer = () => {
      asking.abort();
      return undefined;
    };
    const request = { key: freshKey(), cost: 1, now, limits };
    await expect(store.take(request, asking.signal)).rejects.toThrow("AbortError");
  });

  it("a take is decided even if tidying fails", async () => {
    const key = freshKey();
    const seconds = [slidingWindow(5, "1s"), quota(1_000, "year")];
    proxy.answer = ({ body }) => (body.includes('"UpdateExpression":"REMOVE') ? internalServerError : undefined);
    for (let call = 0; call < 40; call += 1) {
      const decision = await store.take({ key, cost: 1, now: now + call * 8_000, limits: seconds }, signal);
      expect(decision.allowed).toBe(true);
    }
    expect(proxy.asked.length).toBeGreaterThan(40);
  });

  it("a key that others write to between all tries is over its limit for one second", async () => {
    const [key, others] = [freshKey(), table.newStore()];
    const bucket = [tokenBucket({ capacity: 10, refillPerSecond: 1 })];
    let tries = 0;
    // The first try takes the bucket for a full one. Before each, another client makes it the opposite of what was seen.
    client.middlewareStack.add(
      (next) => async (args) => {
        tries += 1;
        if (tries % 2 === 0) await others.reset(key, signal);
        else await others.take({ key, cost: 1, now, limits: bucket }, signal);
        return next(args);
      },
      { step: "initialize" },
    );
    const decision = await store.take({ key, cost: 1, now, limits: bucket }, signal);
    expect(decision).toMatchObject({ allowed: false, retryAfterMs: 1_000, violated: [{ remaining: 0 }] });
    expect(tries).toBe(5);
  });

  describe("a mistake of the caller gets a clear error", () => {
    it("a table that does not exist", async () => {
      const lost = dynamoDbStore({ client, tableName: "limitz" });
      const text =
        'UpdateItem on table "limitz" failed: check tableName and the client\'s region (ResourceNotFoundException';
      await expect(lost.take({ key: "k", cost: 1, now, limits }, signal)).rejects.toThrow(text);
      await expect(lost.connect?.()).rejects.toThrow('GetItem on table "limitz" failed');
      const limited = createRateLimiter({ store: lost, limits, onStoreError: "allow" });
      expect(await limited.take("k")).toMatchObject({ allowed: true, limits: [] });
    });

    it("a table with another key", async () => {
      const text = 'its only key must be the text attribute "pk" (ValidationException';
      const other = dynamoDbStore({ client, tableName, keyAttribute: "pk" });
      await expect(other.take({ key: "k", cost: 1, now, limits }, signal)).rejects.toThrow(text);
    });

    it("an empty key, and costs that are no whole number", async () => {
      const limited = limiter();
      await expect(limited.take("")).rejects.toThrow(new TypeError('take: key must be a non-empty string, got ""'));
      for (const cost of [-1, Number.NaN, 1.5]) await expect(limited.take("k", { cost })).rejects.toThrow("take: cost");
      await expect(store.take({ key: "", cost: 1, now, limits }, signal)).rejects.toThrow("ValidationException");
    });

    it("a cost of 0 or a billion is decided without a write", async () => {
      const limited = limiter();
      expect(await limited.take("k", { cost: 0 })).toMatchObject({ allowed: true, remaining: 10 });
      expect(await limited.take("k", { cost: 1e9 })).toMatchObject({
        allowed: false,
        retryAfterMs: Infinity,
        remaining: 10,
      });
      expect(proxy.asked.map(({ operation }) => operation)).toEqual(["GetItem", "GetItem"]);
    });

    it("a key of 1 MB is stored as its hash", async () => {
      const key = `${freshKey()}${"x".repeat(1_048_576)}`;
      expect((await take(key)).remaining).toBe(9);
      expect((await take(key)).remaining).toBe(8);
      expect((await take(`${key}x`)).remaining).toBe(9);
      expect(proxy.asked[0]?.body).toMatch(/"Key":\{"id":\{"S":"sha256-[\w-]{43}"\}\}/);
    });
  });
});
