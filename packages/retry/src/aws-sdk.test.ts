import { Readable } from "node:stream";
import { subscribe } from "@midguard/kernel";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type AwsServer, fail, inTurn, startAwsServer, succeed } from "../test-support/aws-server.ts";
import { generations } from "../test-support/sdk-generations.ts";
import { retryStrategy } from "./aws-sdk.ts";
import { constant, createRetry, createRetryBudget, type RetryOptions, retryReport } from "./index.ts";

const free = { budget: false, backoff: constant(0) } as const;
const down = fail(500, "InternalServerError");
const throttled = fail(400, "ProvisionedThroughputExceededException");

let server: AwsServer;
beforeAll(async () => {
  server = await startAwsServer();
});
afterAll(() => server.stop());

let events: unknown[];
let unsubscribe: () => void;
beforeEach(() => {
  events = [];
  unsubscribe = subscribe((event) => events.push(event));
});
afterEach(() => unsubscribe());

function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(Promise.reject, (error: unknown) => error);
}

describe.each(generations)("with the SDK's retry rules $rules", ({ dynamoDb, s3, hasQuota }) => {
  const { DynamoDBClient, GetItemCommand } = dynamoDb;
  type Config = ConstructorParameters<typeof DynamoDBClient>[0];
  const clients: { destroy(): void }[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
  });

  function clientOf(config: Config) {
    const client = new DynamoDBClient({ ...server.config, ...config });
    clients.push(client);
    return client;
  }

  function connect(options: RetryOptions = {}, config: Config = {}) {
    const policy = createRetry({ ...free, ...options });
    const client = clientOf({ retryStrategy: retryStrategy(policy), ...config });
    const read = (signal?: AbortSignal) =>
      client.send(
        new GetItemCommand({ TableName: "users", Key: { id: { S: "7" } } }),
        signal === undefined ? {} : { abortSignal: signal },
      );
    return { policy, client, read };
  }

  describe("a call is made again", () => {
    test.each([
      ["throttling", throttled],
      ["throttling with status 429", fail(429, "Anything")],
      ["an error of the service", down],
      ["a busy service", fail(503, "ServiceUnavailable")],
      ["a cut connection", inTurn((response) => response.destroy())],
    ])("after %s, until it succeeds", async (_what, failure) => {
      server.answer(inTurn(failure, failure, succeed({ Item: { id: { S: "7" } } })));
      const { Item, $metadata } = await connect().read();
      expect(Item).toEqual({ id: { S: "7" } });
      expect($metadata).toMatchObject({ attempts: 3 });
      expect(server.requests).toBe(3);
    });

    test("as often as the policy says, whatever the client's maxAttempts; its events are those of a run", async () => {
      server.answer(down);
      const { read } = connect({ name: "table", maxRetries: 3, backoff: constant(1) }, { maxAttempts: 2 });
      const error = await reasonOf(read());
      expect(server.requests).toBe(4);
      expect(error).toMatchObject({ name: "InternalServerError", $metadata: { attempts: 4 } });
      expect(retryReport(error)).toEqual({ attempts: 4, elapsedMs: expect.any(Number), reason: "max-retries" });
      const outcome = { ok: false, error };
      const scheduled = (attempt: number) => ({
        ...{ type: "retry.scheduled", source: "table", attempt, delayMs: 1 },
        outcome: { ok: false, error: expect.objectContaining({ name: "InternalServerError" }) },
      });
      const exhausted = { type: "retry.exhausted", source: "table", ...retryReport(error), outcome };
      expect(events).toEqual([scheduled(1), scheduled(2), scheduled(3), exhausted]);
    });

    test("with the signature of the server's time, once the SDK has corrected its clock by the response", async () => {
      const aheadMs = 3_600_000;
      server.answer((response, request, number) => {
        const [, year, month, day, hour, minute, second] =
          /^(....)(..)(..)T(..)(..)(..)Z$/.exec(String(request.headers["x-amz-date"])) ?? [];
        const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
        const isRight = Math.abs(signedAt - Date.now() - aheadMs) < 60_000;
        const headers = { Date: new Date(Date.now() + aheadMs).toUTCString() };
        const answer = isRight ? succeed() : fail(403, "InvalidSignatureException", headers);
        answer(response, request, number);
      });
      const { $metadata } = await connect().read();
      expect($metadata).toMatchObject({ attempts: 2 });
      // Without a strategy of ours a policy does the same.
      const bare = clientOf({ maxAttempts: 1 });
      const get = () => bare.send(new GetItemCommand({ TableName: "users", Key: { id: { S: "7" } } }));
      expect(await createRetry(free).run(get)).toMatchObject({ $metadata: { httpStatusCode: 200 } });
      expect(server.requests).toBe(4);
    });

    // Retried: on a busy machine the second request may take as long.
    test("after a request that the client's own time limit ended", { retry: 2 }, async () => {
      events.length = 0;
      server.answer(inTurn(() => {}, succeed()));
      const requestHandler = { requestTimeout: 150, throwOnRequestTimeout: true };
      expect((await connect({}, { requestHandler }).read()).$metadata.attempts).toBe(2);
      expect(events).toMatchObject([{ type: "retry.scheduled", outcome: { error: { name: "TimeoutError" } } }]);
    });

    test("if the policy's own rule says so, which replaces the SDK's", async () => {
      server.answer(fail(400, "ValidationException"));
      const retryable = vi.fn(() => ({ afterMs: 2 }));
      const error = await reasonOf(connect({ retryable, maxRetries: 1 }).read());
      expect(server.requests).toBe(2);
      expect(retryable).toHaveBeenCalledWith({ ok: false, error });
      expect(events).toMatchObject([{ delayMs: 2 }, { type: "retry.exhausted" }]);
      server.answer(down);
      await reasonOf(connect({ retryable: () => false }).read());
      expect(server.requests).toBe(1);
    });
  });

  describe("a call is made once", () => {
    test.each([
      ["the service refuses it", fail(400, "ValidationException"), "ValidationException"],
      [
        "its signature is wrong whatever the clock",
        fail(403, "UnrecognizedClientException"),
        "UnrecognizedClientException",
      ],
      ["the SDK cannot read the answer", inTurn((response) => response.writeHead(200).end("<html>")), "SyntaxError"],
    ])("if %s", async (_why, failure, name) => {
      server.answer(failure);
      const error = await reasonOf(connect().read());
      expect(error).toMatchObject({ name, $metadata: { attempts: 1 } });
      expect(retryReport(error)).toMatchObject({ attempts: 1, reason: "not-retryable" });
      expect([server.requests, events]).toEqual([1, []]);
    });

    test("if it fails because another client, which has retried already, failed in it", async () => {
      server.answer(succeed());
      const error = Object.assign(new Error("no session"), { $retryable: {}, $metadata: { attempts: 3 } });
      const { client, read } = connect();
      client.middlewareStack.add(() => () => Promise.reject(error), { step: "deserialize" });
      expect(await reasonOf(read())).toBe(error);
      expect(retryReport(error)).toMatchObject({ attempts: 1, reason: "not-retryable" });
      expect(server.requests).toBe(0);
    });

    test("if a circuit rejects it", async () => {
      const rejection = Object.assign(new Error("open"), { code: "CIRCUIT_OPEN", headers: {}, problem: {} });
      const { client, read } = connect();
      client.middlewareStack.add(() => () => Promise.reject(rejection), { step: "deserialize" });
      expect(await reasonOf(read())).toBe(rejection);
      expect(retryReport(rejection)).toMatchObject({ reason: "not-retryable" });
    });
  });

  describe("retries do not multiply:", () => {
    test("12 requests of a policy around a client become 4 with the strategy, alone and inside of a policy", async () => {
      server.answer(down);
      const client = clientOf({ maxAttempts: 3 });
      const get = () => client.send(new GetItemCommand({ TableName: "users", Key: { id: { S: "7" } } }));
      // Any other retry library does not know that the SDK has retried.
      await reasonOf(createRetry({ ...free, retryable: (outcome) => !outcome.ok }).run(get));
      expect(server.requests).toBe(12);
      const { policy, read } = connect();
      server.answer(down);
      await reasonOf(read());
      expect(server.requests).toBe(4);
      server.answer(down);
      await reasonOf(policy.run(() => read()));
      expect(server.requests).toBe(4);
      server.answer(down);
      await reasonOf(createRetry(free).run(() => policy.run(() => read())));
      expect(server.requests).toBe(4);
    });

    test("a call that the strategy gave up after one attempt is not made again by a policy around it", async () => {
      server.answer(down);
      const { read } = connect({ budget: createRetryBudget({ capacity: 0 }) });
      const error = await reasonOf(createRetry(free).run(() => read()));
      expect(error).toMatchObject({ $metadata: { attempts: 1 } });
      expect(server.requests).toBe(1);
    });
  });

  describe("the policy's budget takes the place of the SDK's quota:", () => {
    const calls = 60;
    const sendAll = (read: () => Promise<unknown>) => Promise.allSettled(Array.from({ length: calls }, () => read()));

    test("the SDK's own strategy drains its quota, if it has one", async () => {
      server.answer(down);
      const client = clientOf({ maxAttempts: 3 });
      await sendAll(() => client.send(new GetItemCommand({ TableName: "users", Key: { id: { S: "7" } } })));
      // Before, each call had a quota of its own. Now 500 tokens, at 14 a retry, pay for 35.
      expect(server.requests).toBe(hasQuota ? calls + 35 : 3 * calls);
    });

    test("without a budget nothing limits the retries of many calls", async () => {
      server.answer(down);
      const { read } = connect();
      await sendAll(() => read());
      expect(server.requests).toBe(4 * calls);
    });

    test("with a budget it alone does", async () => {
      server.answer(down);
      const { read } = connect({ budget: createRetryBudget({ capacity: 3, initial: 3 }) });
      await sendAll(() => read());
      expect(server.requests).toBe(calls + 3);
    });

    test("successes refill it", async () => {
      const { policy, read } = connect({ budget: createRetryBudget({ capacity: 3, initial: 1, perSuccess: 0.5 }) });
      server.answer(succeed());
      for (let times = 0; times < 2; times += 1) await read();
      expect(policy.budget).toMatchObject({ tokens: 2 });
      server.answer(down);
      expect(retryReport(await reasonOf(read()))).toMatchObject({ attempts: 3, reason: "budget" });
      expect(policy.budget).toMatchObject({ tokens: 0 });
    });
  });

  test("one strategy serves many calls of several clients at once", async () => {
    const attempts = new Map<unknown, number>();
    server.answer((response, request, number) => {
      const id = request.headers["amz-sdk-invocation-id"];
      const made = (attempts.get(id) ?? 0) + 1;
      attempts.set(id, made);
      (made < 3 ? throttled : succeed())(response, request, number);
    });
    const strategy = retryStrategy(createRetry(free));
    const [first, second] = [connect({}, { retryStrategy: strategy }), connect({}, { retryStrategy: strategy })];
    const outputs = await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? first : second).read()));
    expect(outputs.map(({ $metadata }) => $metadata.attempts)).toEqual(Array(40).fill(3));
  });

  test("a middleware of the step deserialize, such as a circuit breaker, sees each attempt and its error", async () => {
    server.answer(inTurn(down, throttled, succeed()));
    const seen: unknown[] = [];
    const { client, read } = connect();
    client.middlewareStack.add(
      (next) => async (args) => {
        try {
          const result = await next(args);
          seen.push("ok");
          return result;
        } catch (error) {
          seen.push((error as Error).name);
          throw error;
        }
      },
      { step: "deserialize", priority: "high" },
    );
    await read();
    expect(seen).toEqual(["InternalServerError", "ProvisionedThroughputExceededException", "ok"]);
  });

  test("the SDK reports the attempts to the service, and the waits to the caller", async () => {
    const seen: unknown[] = [];
    server.answer((response, request, number) => {
      seen.push(request.headers["amz-sdk-request"]);
      (number === 1 ? down : succeed())(response, request, number);
    });
    const { $metadata } = await connect({ backoff: constant(5) }).read();
    expect(seen).toEqual([expect.stringMatching("attempt=1"), expect.stringMatching("attempt=2")]);
    // Older SDKs count only waits that they made themselves.
    expect([0, 5]).toContain($metadata.totalRetryDelay);
  });

  describe("what the SDK builds on calls works:", () => {
    test("a waiter", async () => {
      const table = (TableStatus: string) => succeed({ Table: { TableStatus } });
      server.answer(inTurn(fail(400, "ResourceNotFoundException"), down, throttled, table("ACTIVE")));
      const { client } = connect();
      const waiter = { client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 };
      const { state } = await dynamoDb.waitUntilTableExists(waiter, { TableName: "users" });
      expect(state).toBe("SUCCESS");
      expect(server.requests).toBe(4);
    });

    test("a paginator", async () => {
      server.answer(
        inTurn(
          succeed({ TableNames: ["a"], LastEvaluatedTableName: "a" }),
          throttled,
          down,
          succeed({ TableNames: ["b"] }),
        ),
      );
      const names: string[] = [];
      for await (const page of dynamoDb.paginateListTables({ client: connect().client }, {})) {
        names.push(...(page.TableNames ?? []));
      }
      expect(names).toEqual(["a", "b"]);
    });
  });

  describe("an upload", () => {
    const slowDown = inTurn((response) =>
      response.writeHead(503).end("<Error><Code>SlowDown</Code><Message>no</Message></Error>"),
    );
    const upload = async (Body: string | Readable) => {
      const client = new s3.S3Client({
        ...server.config,
        forcePathStyle: true,
        retryStrategy: retryStrategy(createRetry(free)),
      });
      clients.push(client);
      return client.send(new s3.PutObjectCommand({ Bucket: "b", Key: "k", Body, ContentLength: 5 }));
    };

    test("of text is sent again", async () => {
      server.answer(inTurn(slowDown, slowDown, (response) => response.writeHead(200).end()));
      expect((await upload("hello")).$metadata.attempts).toBe(3);
    });

    test("of a stream is sent once: the SDK cannot read it again", async () => {
      server.answer(slowDown);
      const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
      await expect(upload(Readable.from([Buffer.from("hello")], { objectMode: false }))).rejects.toThrow();
      expect(warn).toHaveBeenCalledOnce();
      warn.mockRestore();
      expect([server.requests, events]).toEqual([1, []]);
    });
  });
});

test.each([undefined, {}, { run: () => {}, budget: false }])("a strategy is refused for %j", (policy) => {
  expect(() => retryStrategy(policy as never)).toThrow(TypeError);
  expect(() => retryStrategy(policy as never)).toThrow("retryStrategy: policy must be made by createRetry()");
});
