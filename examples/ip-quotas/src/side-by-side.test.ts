import { type DynamoDbLocal, hasDynamoDbLocal, startDynamoDbLocal } from "@midguard/local-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Deployment, deploy, sendInPairs } from "./local/deploy.ts";

describe.runIf(hasDynamoDbLocal())("two environments with one table", () => {
  let dynamoDb: DynamoDbLocal;
  let api: Deployment;

  beforeAll(async () => {
    dynamoDb = await startDynamoDbLocal();
    await dynamoDb.createTable("limits");
    const table = { LIMITS_TABLE: "limits", AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint };
    // A busy machine answers late: without the longer timeout, a request would be counted in memory.
    const settings = { PER_SECOND: "1000", PER_DAY: "20", KEY_PER_DAY: "4", STORE_TIMEOUT_MS: "5000" };
    api = await deploy({ ...table, ...settings, LOGIN_PASSWORD: "secret", LOG_SECRET: "pepper" });
  }, 120_000);

  afterAll(async () => {
    await api?.[Symbol.asyncDispose]();
    await dynamoDb?.stop();
  });

  test("admit as many requests of an address as its quota, together", async () => {
    const statuses = await sendInPairs(60, () => api.send("GET /price", "203.0.113.7"));
    expect(statuses).toEqual({ 200: 20, 429: 40 });
    expect(api.served()).toHaveLength(2);
    for (const requests of api.served()) expect(requests).toBeGreaterThan(5);
    expect((await api.send("GET /price", "203.0.113.8")).status).toBe(200);
  }, 60_000);

  test("limit an API key beside the addresses that it comes from", async () => {
    const hosts = Array.from({ length: 16 }, (_, index) => index + 1);
    const headers = { "x-api-key": "key-1" };
    const statuses = await sendInPairs(hosts.length, () =>
      api.send("GET /price", `198.51.100.${hosts.pop()}`, { headers }),
    );
    // On a fast machine the limit of two a second rejects some before the quota does.
    expect(statuses[200]).toBeGreaterThanOrEqual(1);
    expect(statuses[200]).toBeLessThanOrEqual(4);
    expect(Object.keys(statuses)).toEqual(["200", "429"]);
    const other = await api.send("GET /price", "198.51.100.1", { headers: { "x-api-key": "key-2" } });
    expect(other.status).toBe(200);
  }, 60_000);

  test("count failed logins only, together", async () => {
    const login = (password: string) => () =>
      api.send("POST /login", "192.0.2.1", { body: JSON.stringify({ password }) });
    expect(await sendInPairs(6, login("secret"))).toEqual({ 200: 6 });
    expect(await sendInPairs(10, login("guess"))).toEqual({ 401: 5, 429: 5 });
    expect((await login("secret")()).status).toBe(429);
  }, 60_000);

  test("log throttled requests without their addresses", () => {
    const lines = api.log().filter((line) => line.includes("rate_limit.exceeded"));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).not.toMatch(/203\.0\.113|198\.51\.100|192\.0\.2/);
  });
});
