import { execFile } from "node:child_process";
import { join } from "node:path";
import {
  type DynamoDbLocal,
  hasDynamoDbLocal,
  hasRedisServer,
  type RedisServer,
  startDynamoDbLocal,
  startRedisServer,
} from "@midguard/local-services";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { midguard } from "../index.ts";

const cwd = join(import.meta.dirname, "../../fixtures");
const bin = join(import.meta.dirname, "../bin.ts");

/** Runs `midguard circuit` in a process of its own, on the sources. */
function run(...args: readonly string[]): Promise<{ exitCode: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    const command = ["--conditions=@midguard/source", bin, "circuit", ...args];
    execFile(process.execPath, command, { cwd }, (error, out, err) => {
      resolve({ exitCode: error === null ? 0 : error.code, out, err });
    });
  });
}

/** Lists the circuits in this process, so that its commands can be counted. */
async function listHere(config: string): Promise<string> {
  let printed = "";
  const print = (text: string): void => {
    printed += text;
  };
  await midguard(["circuit", "list", "--config", config], { cwd, version: "1", out: print, err: print });
  return printed;
}

const storeFailed = { exitCode: 3, out: "", err: expect.stringMatching(/^midguard: the store failed: [^\n]+\n$/) };

/** Isolates two circuits, lists them and releases one. */
async function moveAndList(config: string): Promise<void> {
  for (const name of ["stock", "tenants:7"]) {
    const isolated = await run("isolate", name, "--config", config);
    expect(isolated).toMatchObject({ exitCode: 0, out: expect.stringContaining(`${name} is isolated`), err: "" });
  }
  expect(await run("list", "--config", config)).toMatchObject({
    exitCode: 1,
    out: expect.stringMatching(/^circuit +phase +for\nstock +isolated +\d+ s\ntenants:7 +isolated +\d+ s\n$/),
    err: "",
  });
  const released = await run("release", "stock", "--config", config, "--json");
  expect([released.exitCode, JSON.parse(released.out)]).toEqual([
    0,
    { circuit: "stock", phase: "closed", ageMs: expect.any(Number) },
  ]);
}

describe.runIf(hasDynamoDbLocal())("midguard circuit with a DynamoDB table", () => {
  let dynamoDb: DynamoDbLocal;
  const config = "circuits-dynamodb.ts";

  beforeAll(async () => {
    dynamoDb = await startDynamoDbLocal();
    await dynamoDb.createTable("circuits", { partition: "id", sort: "circuit" });
    vi.stubEnv("AWS_REGION", "eu-west-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.endpoint);
  }, 60_000);

  afterAll(async () => {
    vi.unstubAllEnvs();
    await dynamoDb?.stop();
  });

  test("isolates, lists and releases", () => moveAndList(config), 60_000);

  test("lists by one Query", async () => {
    const { client } = await import("../../fixtures/circuits-dynamodb.ts");
    const send = vi.spyOn(client, "send");
    expect(await listHere(config)).toMatch(/^tenants:7 +isolated /m);
    expect(send.mock.calls.map(([command]) => command.constructor.name)).toEqual(["QueryCommand"]);
    send.mockRestore();
    client.destroy();
  });

  test("ends with 3 without a table, credentials or an answer", async () => {
    vi.stubEnv("CIRCUITS_TABLE", "nowhere");
    expect(await run("list", "--config", config)).toEqual(storeFailed);
    vi.stubEnv("CIRCUITS_TABLE", "circuits");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "");
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    vi.stubEnv("HOME", "/nowhere");
    const unknown = await run("list", "--config", config);
    expect(unknown).toEqual(storeFailed);
    expect(unknown.err).toContain("CredentialsProviderError");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    await dynamoDb.kill();
    expect(await run("isolate", "stock", "--config", config)).toEqual(storeFailed);
  }, 60_000);
});

describe.runIf(hasRedisServer())("midguard circuit with a Redis server", () => {
  let redis: RedisServer;
  const config = "circuits-redis.ts";

  beforeAll(async () => {
    redis = await startRedisServer();
    vi.stubEnv("REDIS_URL", redis.url);
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await redis?.stop();
  });

  test("isolates, lists and releases", () => moveAndList(config), 60_000);

  test("lists by one script, which reads one hash", async () => {
    const { client } = await import("../../fixtures/circuits-redis.ts");
    expect(await listHere(config)).toMatch(/^tenants:7 +isolated /m);
    const watch = createClient({ url: redis.url });
    await watch.connect();
    await watch.configResetStat();
    const send = vi.spyOn(client, "sendCommand");
    expect(await listHere(config)).toMatch(/^tenants:7 +isolated /m);
    expect(send).toHaveBeenCalledTimes(1);
    const commands = [...(await watch.info("commandstats")).matchAll(/cmdstat_(\S+?):/g)].map(([, name]) => name);
    expect(commands.filter((name) => name !== "config|resetstat").sort()).toEqual([
      "evalsha",
      "hkeys",
      "hvals",
      "time",
    ]);
    send.mockRestore();
    for (const opened of [watch, client]) opened.destroy();
  });

  test("ends with 3 with wrong credentials, or without an answer", async () => {
    vi.stubEnv("REDIS_URL", redis.url.replace("redis://", "redis://nobody:wrong@"));
    const refused = await run("list", "--config", config);
    expect(refused).toEqual(storeFailed);
    expect(refused.err).toContain("WRONGPASS");
    vi.stubEnv("REDIS_URL", redis.url);
    await redis.kill();
    expect(await run("list", "--config", config)).toEqual(storeFailed);
  }, 60_000);
});
