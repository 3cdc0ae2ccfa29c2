import { lambdaContext } from "@midguard/kernel/testing";
import { type DynamoDbLocal, hasDynamoDbLocal, startDynamoDbLocal } from "@midguard/local-services";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import "./testing/matchers.ts";
import { type Output, takeOutput } from "./testing/output.ts";
import { type ProfileServer, startProfileServer, status } from "./testing/profile-server.ts";
import { type Answer, type RequestParts, send } from "./testing/requests.ts";

const withDynamoDb = hasDynamoDbLocal();
const ada = { name: "Ada Lovelace", email: "ada@example.com" };
const nowhere = "00000000-0000-4000-8000-000000000000";

let dynamoDb: DynamoDbLocal | undefined;
let profiles: ProfileServer;
let output: Output;

beforeAll(async () => {
  if (withDynamoDb) dynamoDb = await startDynamoDbLocal();
  profiles = await startProfileServer();
  vi.stubEnv("PROFILE_URL", profiles.url);
  vi.stubEnv("AWS_REGION", "eu-west-1");
  // In Lambda a retry budget starts with one retry.
  vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "users-api");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb?.endpoint ?? "");
  output = takeOutput();
}, 60_000);

afterAll(async () => {
  output.restore();
  vi.unstubAllEnvs();
  await profiles.stop();
  await dynamoDb?.stop();
});

const handlers = {
  "behind the five middlewares": async () => (await import("./handler.ts")).handler,
  "without them": async () => (await import("./bare-handler.ts")).handler,
};
const wrappings = Object.entries(handlers).map(([wrapping, load]) => ({ wrapping, load }));

function usersApi(inDynamoDb: boolean, load: (typeof wrappings)[number]["load"]): void {
  let call: (line: string, parts?: RequestParts) => Promise<Answer>;

  // A new function for each test, with its own table, memory and breaker.
  beforeEach(async (context) => {
    const table = `users-${context.task.id}`;
    if (inDynamoDb) await dynamoDb?.createTable(table);
    vi.stubEnv("USERS_TABLE", inDynamoDb ? table : undefined);
    vi.resetModules();
    const handler = await load();
    call = (line, parts) => send(handler, line, parts);
    profiles.answer = undefined;
    profiles.calls.length = 0;
    output.logs.length = 0;
    output.emf.length = 0;
  });

  afterEach(() => {
    if (output.emf.length > 0) expect(output.emf).toBeValidEmf();
  });

  function expectProblem(answer: Answer, statusCode: number, members: Record<string, unknown> = {}): void {
    expect(answer).toMatchObject({ statusCode, json: { status: statusCode, title: expect.any(String), ...members } });
    expect(answer.headers["Content-Type"]).toBe("application/problem+json");
    expect(answer.headers["Access-Control-Allow-Origin"]).toBe("*");
  }

  async function create(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const { json } = await call("POST /users", { body: { name: `User ${index}`, email: `u${index}@example.com` } });
      ids.push((json as { id: string }).id);
    }
    return ids;
  }

  test("creates a user with a profile, and finds it again", async () => {
    const created = await call("POST /users", { body: ada });
    const { id } = created.json as { id: string };
    expect(created.statusCode).toBe(201);
    expect(created.headers.Location).toBe(`/users/${id}`);
    expect(created.json).toEqual({
      id,
      ...ada,
      profile: `${profiles.url}/profiles/${id}`,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    expect(profiles.calls).toEqual([{ method: "PUT", path: `/profiles/${id}`, body: ada }]);
    const found = await call(`GET /users/${id}`);
    expect(found).toMatchObject({ statusCode: 200, json: created.json });
    expect(found.headers["Access-Control-Allow-Origin"]).toBe("*");
  });

  test("pages through all users, each of them once", async () => {
    const ids = await create(5);
    const seen: string[] = [];
    let lastKey: string | null | undefined;
    do {
      const query: Record<string, string> = lastKey ? { limit: "2", last_key: lastKey } : { limit: "2" };
      const { statusCode, json } = await call("GET /users", { query });
      const page = json as { users: { id: string }[]; last_key: string | null };
      expect(statusCode).toBe(200);
      expect(page.users.length).toBeLessThanOrEqual(2);
      seen.push(...page.users.map(({ id }) => id));
      lastKey = page.last_key;
    } while (lastKey !== null);
    expect(seen.sort()).toEqual(ids.sort());
  });

  test("returns ten users without a limit, and an empty page if there are none", async () => {
    expect(await call("GET /users")).toMatchObject({ statusCode: 200, json: { users: [], last_key: null } });
    await create(11);
    const { json } = await call("GET /users");
    expect((json as { users: unknown[] }).users).toHaveLength(10);
  });

  test("answers a repeated request with the user it created first", async () => {
    const headers = { "idempotency-key": "order-66" };
    const first = await call("POST /users", { body: ada, headers });
    const second = await call("POST /users", { body: ada, headers });
    const other = await call("POST /users", { body: { ...ada, name: "Another" }, headers });
    expect(second).toMatchObject({ statusCode: 201, json: first.json });
    expect(other.json).not.toMatchObject({ id: (first.json as { id: string }).id });
    expect((await call("GET /users")).json).toMatchObject({ users: { length: 2 } });
  });

  test.each(["0", "101", "-1", "1.5", "ten", ""])("rejects limit=%s", async (limit) => {
    const answer = await call("GET /users", { query: { limit } });
    const detail = "must be a whole number from 1 to 100";
    expectProblem(answer, 400, { detail: `limit ${detail}`, errors: [{ parameter: "limit", detail }] });
  });

  test.each(["", "7", "DROP TABLE", `${nowhere}x`])("rejects last_key=%s", async (key) => {
    const detail = "must be the last_key of an earlier answer";
    const answer = await call("GET /users", { query: { last_key: key } });
    expectProblem(answer, 400, { errors: [{ parameter: "last_key", detail }] });
  });

  test("distinguishes an unknown user, an unknown route and an unknown method", async () => {
    expectProblem(await call(`GET /users/${nowhere}`), 404, { detail: `There is no user ${nowhere}` });
    expectProblem(await call("GET /orders"), 404, { detail: "There is no /orders" });
    const notAllowed = await call("DELETE /users");
    expectProblem(notAllowed, 405, { detail: "/users does not take DELETE" });
    expect(notAllowed.headers.Allow).toBe("GET, POST");
    expect((await call(`PUT /users/${nowhere}`)).headers.Allow).toBe("GET");
  });

  test.each([
    ["an empty object", {}, ["#/name is missing", "#/email is missing"]],
    ["wrong types", { name: 7, email: ["a@b.c"] }, ["#/name must be a string", "#/email must be a string"]],
    ["empty texts", { name: " ", email: "" }, ["#/name must not be empty", "#/email must not be empty"]],
    ["no e-mail address", { ...ada, email: "ada" }, ["#/email must be an e-mail address"]],
    ["a long name", { ...ada, name: "a".repeat(201) }, ["#/name must have at most 200 characters"]],
    ["null", null, ["# must be an object"]],
    ["an array", [ada], ["# must be an object"]],
    ["a string", "ada", ["# must be an object"]],
  ])("rejects %s as a user, naming every mistake", async (_, body, mistakes) => {
    const answer = await call("POST /users", { body });
    const errors = mistakes.map((text) => {
      const [pointer = "", ...words] = text.split(" ");
      return { pointer, detail: words.join(" ") };
    });
    expectProblem(answer, 422, { errors });
    expect(profiles.calls).toEqual([]);
  });

  test("ignores unknown members of a body", async () => {
    const { json } = await call("POST /users", { body: { ...ada, id: nowhere, admin: true } });
    expect(json).not.toHaveProperty("admin");
    expect(json).not.toMatchObject({ id: nowhere });
  });

  test("rejects a body that is not JSON, and another media type", async () => {
    expectProblem(await call("POST /users", { rawBody: '{"name":' }), 422);
    const form = { rawBody: "name=Ada", headers: { "content-type": "application/x-www-form-urlencoded" } };
    expectProblem(await call("POST /users", form), 415, { detail: "Unsupported Media Type" });
    expectProblem(await call("POST /users", { rawBody: '{"__proto__":{"admin":true}}' }), 422);
  });

  test.each(["", "k".repeat(256)])("rejects an idempotency key that is empty or too long", async (key) => {
    const answer = await call("POST /users", { body: ada, headers: { "idempotency-key": key } });
    expectProblem(answer, 400, { errors: [{ parameter: "Idempotency-Key", detail: "must have 1 to 255 characters" }] });
  });

  test("accepts a GET with a JSON content type, because some clients always send one", async () => {
    const answer = await call("GET /users", { headers: { "content-type": "application/json" } });
    expect(answer.statusCode).toBe(200);
  });

  test("compresses only for clients that accept gzip", async () => {
    await create(10);
    const zipped = await call("GET /users", { headers: { "accept-encoding": "br, gzip" } });
    expect(zipped).toMatchObject({ isBase64Encoded: true, headers: { "Content-Encoding": "gzip" } });
    const plain = await call("GET /users", { headers: { "accept-encoding": "br" } });
    expect(plain.headers).not.toHaveProperty("Content-Encoding");
    expect(plain).toMatchObject({ statusCode: 200, json: { users: { length: 10 } } });
  });

  test("answers a browser's preflight", async () => {
    const headers = { origin: "https://shop.example", "access-control-request-method": "POST" };
    const answer = await call("OPTIONS /users", { headers });
    expect(answer.statusCode).toBe(204);
    expect(answer.headers["Access-Control-Allow-Methods"]).toContain("POST");
  });

  test("retries a profile service that fails once, without an error for the client", async () => {
    profiles.answer = (response) => {
      profiles.answer = undefined;
      response.writeHead(503).end();
    };
    const { statusCode } = await call("POST /users", { body: ada });
    expect(statusCode).toBe(201);
    expect(profiles.calls).toHaveLength(2);
    expect(new Set(profiles.calls.map(({ path }) => path)).size).toBe(1);
  });

  test("creates no user if the profile service fails, rejects or does not answer", async () => {
    profiles.answer = status(500);
    expectProblem(await call("POST /users", { body: ada }), 502, { detail: "The profile service answered 500" });
    profiles.answer = status(403);
    expectProblem(await call("POST /users", { body: ada }), 502, { detail: "The profile service answered 403" });
    profiles.answer = (response) => void response.destroy();
    expectProblem(await call("POST /users", { body: ada }), 502, { detail: "The profile service did not answer" });
    expect((await call("GET /users")).json).toMatchObject({ users: [] });
  });

  test("stops calling a profile service that keeps failing, and sends Retry-After", async () => {
    profiles.answer = status(503);
    const answers: Answer[] = [];
    for (let index = 0; index < 8; index += 1) answers.push(await call("POST /users", { body: ada }));
    const last = answers.at(-1) as Answer;
    expectProblem(last, 503, { title: "Service Unavailable" });
    expect(Number(last.headers["Retry-After"])).toBeGreaterThanOrEqual(1);
    // Five calls trip it, with the first request's retry: attempts count, not requests.
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([502, 502, 502, 502, 503, 503, 503, 503]);
    expect(profiles.calls).toHaveLength(5);
    expect(output.logs).toContainEqual(expect.objectContaining({ level: "WARN", message: "circuit.opened" }));
  });

  test("logs the server's errors and not the clients'", async () => {
    await call("GET /users", { query: { limit: "none" } });
    await call(`GET /users/${nowhere}`);
    expect(output.logs.filter(({ level }) => level === "ERROR")).toEqual([]);
    profiles.answer = status(403);
    await call("POST /users", { body: ada });
    expect(output.logs.filter(({ level }) => level === "ERROR")).toHaveLength(1);
  });

  // Again if it fails: on a busy machine calls of the profile service take longer than an attempt may.
  test("keeps twenty concurrent requests apart", { retry: 2 }, async () => {
    const names = Array.from({ length: 20 }, (_, index) => `User ${index}`);
    const answers = await Promise.all(
      names.map((name) => call("POST /users", { body: { name, email: "u@example.com" } })),
    );
    expect(answers.map(({ json }) => (json as { name: string }).name)).toEqual(names);
  });
}

describe.each(wrappings)("users in memory, $wrapping", ({ load }) => usersApi(false, load));
describe.skipIf(!withDynamoDb).each(wrappings)("users in DynamoDB, $wrapping", ({ load }) => usersApi(true, load));

describe.runIf(withDynamoDb)("limits in DynamoDB", () => {
  test("are counted once for two environments", async () => {
    await dynamoDb?.createTable("limits");
    vi.stubEnv("USERS_TABLE", undefined);
    vi.stubEnv("LIMITS_TABLE", "limits");
    const from = "203.0.113.77";
    const left: unknown[] = [];
    for (let environment = 0; environment < 2; environment += 1) {
      vi.resetModules();
      const { handler } = await import("./handler.ts");
      // A ping opens the connection to the table, and counts nothing.
      const ping = await handler({ warmup: true } as never, lambdaContext() as never);
      expect(ping).toMatchObject({ warmup: true, primed: true });
      for (let request = 0; request < 3; request += 1) {
        const { headers } = await send(handler, "GET /users", { from });
        left.push(/"1000-per-hour";r=(\d+)/.exec(headers.RateLimit ?? "")?.[1]);
      }
    }
    vi.stubEnv("LIMITS_TABLE", undefined);
    expect(left).toEqual(["999", "998", "997", "996", "995", "994"]);
  });
});
