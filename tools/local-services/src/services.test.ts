import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  hasDynamoDbLocal,
  hasNginx,
  hasRedisServer,
  startDynamoDbLocal,
  startNginx,
  startRedisServer,
} from "./index.ts";

afterEach(() => vi.unstubAllEnvs());

/** The answer to one command of Redis; the error's code without one. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${command}\r\n`));
    socket.setTimeout(300, () => socket.destroy(Object.assign(new Error("silent"), { code: "silent" })));
    socket.once("data", (data) => {
      socket.end();
      resolve(data.toString().trim());
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
  });
}

describe.runIf(hasRedisServer())("a Redis server", () => {
  test("can be paused, resumed, killed, restarted without its data, and stopped", async () => {
    const redis = await startRedisServer();
    try {
      expect(await ask(redis.port, "SET a 1")).toBe("+OK");
      redis.pause();
      expect(await ask(redis.port, "PING")).toBe("silent");
      redis.resume();
      expect(await ask(redis.port, "EXISTS a")).toBe(":1");
      await redis.kill();
      expect(await ask(redis.port, "PING")).toBe("ECONNREFUSED");
      await redis.restart();
      expect(await ask(redis.port, "EXISTS a")).toBe(":0");
    } finally {
      await redis.stop();
    }
    expect(await ask(redis.port, "PING")).toBe("ECONNREFUSED");
  });
});

describe.runIf(hasDynamoDbLocal())("DynamoDB Local", () => {
  test("has the tables that were made", async () => {
    const local = await startDynamoDbLocal();
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    const client = new DynamoDBClient({ endpoint: local.endpoint, region: "eu-west-1", credentials });
    // Data belongs to an access key.
    const own = new DynamoDBClient({
      endpoint: local.endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    try {
      await local.createTable("plain");
      await local.createTable("sorted", { partition: "pk", sort: "sk" });
      expect((await own.send(new ListTablesCommand())).TableNames).toEqual(["plain", "sorted"]);
      expect((await client.send(new ListTablesCommand())).TableNames).toEqual([]);
    } finally {
      client.destroy();
      own.destroy();
      await local.stop();
    }
  });
});

describe.runIf(hasNginx())("nginx", () => {
  test("serves its files and locations, can be paused, killed and restarted with its files, and stopped", async () => {
    const nginx = await startNginx("location = /moved { return 302 /file; }");
    const get = (path: string) => fetch(nginx.url + path, { redirect: "manual", signal: AbortSignal.timeout(500) });
    try {
      await writeFile(`${nginx.root}/file`, "text");
      expect(await (await get("/file")).text()).toBe("text");
      expect((await get("/moved")).status).toBe(302);
      nginx.pause();
      await expect(get("/file")).rejects.toMatchObject({ name: "TimeoutError" });
      nginx.resume();
      await nginx.kill();
      await expect(get("/file")).rejects.toThrow("fetch failed");
      await nginx.restart();
      expect(await (await get("/file")).text()).toBe("text");
    } finally {
      await nginx.stop();
    }
    await expect(get("/file")).rejects.toThrow("fetch failed");
  });
});

test("a missing service is skipped with a word, but not in CI", () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.stubEnv("PATH", "/nowhere");
  vi.stubEnv("CI", "");
  expect([hasRedisServer(), hasDynamoDbLocal(), hasNginx()]).toEqual([false, false, false]);
  expect(warned).toHaveBeenCalledTimes(3);
  vi.stubEnv("CI", "true");
  expect(hasRedisServer).toThrow("redis-server");
  expect(hasDynamoDbLocal).toThrow("Java 17");
  expect(hasNginx).toThrow("apt-get install nginx");
});
