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
    api = await deploy({ ...table, PER_SECOND: "1000", PER_DAY: "20", LOGIN_PASSWORD: "secret", LOG_SECRET: "pepper" });
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
    let last = 0;
    const headers = { "x-api-key": "key-1" };
    // More than two in a second, whatever the second that they begin in.
    const statuses = await sendInPairs(16, () => api.send("GET /price", `198.51.100.${(last += 1)}`, { headers }));
    expect(statuses[429]).toBeGreaterThan(0);
    expect(statuses[200]).toBeGreaterThan(0);
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
