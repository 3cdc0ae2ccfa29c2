import { hasRedisServer, type RedisServer, startRedisServer } from "@midguard/local-services";
import { GlideClient } from "@valkey/valkey-glide";
import { Cluster, Redis } from "ioredis";
import { Redis as Iovalkey } from "iovalkey";
import { createClient, createClientPool, createCluster, createSentinel } from "redis";
import { createClient as createClient5 } from "redis-5";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, startRedisCluster } from "../../../test-support/redis-server.ts";
import type { CircuitStore } from "../../fleet/store.ts";
import { type RedisClient, redisCircuitStore } from "./index.ts";
import { readReply } from "./reply.ts";

const { signal } = new AbortController();
const host = "127.0.0.1";
const lazy = { lazyConnect: true };
const safe = { ...lazy, maxRetriesPerRequest: 0, retryStrategy: () => 100 };
function list(store: CircuitStore) {
  return store.list(signal);
}

function build(client: unknown) {
  return () => redisCircuitStore({ client: client as RedisClient });
}

describe("redisCircuitStore refuses", () => {
  test.each([
    ["nothing", undefined, "undefined"],
    ["text", "redis://localhost", '"redis://localhost"'],
    ["an object without a prototype", Object.create(null), "an object"],
    ["another kind of client", new Map(), "an object"],
    ["a client of redis 4", { sendCommand() {}, isOpen: true, isReady: true }, "an object"],
    ["a pool of redis", createClientPool(), "an object"],
    ["a sentinel of redis", createSentinel({ name: "a", sentinelRootNodes: [] }), "an object"],
  ])("%s, and says what it wants", (_name, client, given) => {
    expect(build(client)).toThrow(TypeError);
    expect(build(client)).toThrow(/^redisCircuitStore: client must be a client of redis .*, got /);
    expect(build(client)).toThrow(`got ${given}`);
  });

  test("options that it does not know", () => {
    expect(() => redisCircuitStore({ client: new Redis(safe), prefix: "a" } as never)).toThrow("unknown option prefix");
  });

  test.each([
    ["ioredis", new Redis(lazy)],
    ["iovalkey", new Iovalkey(lazy)],
    ["ioredis with retries", new Redis({ ...lazy, maxRetriesPerRequest: 1 })],
    ["ioredis with retries without end", new Redis({ ...lazy, maxRetriesPerRequest: null })],
  ])("a client that sends commands again: %s", (_name, client) => {
    expect(build(client)).toThrow("redisCircuitStore: client must have maxRetriesPerRequest: 0");
  });

  const once = { ...lazy, retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 };
  test.each([
    ["by default", lazy],
    ["after CLUSTERDOWN", { ...lazy, retryDelayOnFailover: 0 }],
    ["after a failover", { ...lazy, retryDelayOnClusterDown: 0 }],
    ["by its nodes", { ...once, clusterNodeRetryStrategy: () => 100 }],
  ])("a cluster's client that sends commands again: %s", (_name, options) => {
    const cluster = new Cluster([{ host, port: 1 }], options);
    expect(build(cluster)).toThrow("redisCircuitStore: client must have retryDelayOnFailover: 0");
  });

  test.each([
    ["a client that forgets them", () => new Redis({ ...lazy, autoResendUnfulfilledCommands: false })],
    ["a cluster", () => new Cluster([{ host, port: 1 }], once)],
    [
      "a cluster of nodes that forget them",
      () =>
        new Cluster([{ host, port: 1 }], {
          ...once,
          clusterNodeRetryStrategy: () => 100,
          redisOptions: { maxRetriesPerRequest: 0 },
        }),
    ],
  ])("no client that sends each command once: %s", (_name, make) => {
    expect(build(make())).not.toThrow();
  });
});

test.each([["text"], [[]], [["a", "b"]], [undefined]])(
  "an answer that no script of ours gives is an error: %j",
  (reply) => {
    expect(() => readReply(reply)).toThrow("redisCircuitStore: unexpected answer of the server");
  },
);

describe.runIf(hasRedisServer())("the connection of a client", () => {
  let server: RedisServer;
  let locked: RedisServer;
  beforeAll(async () => {
    [server, locked] = await Promise.all([startRedisServer(), startRedisServer()]);
    ask(locked, "CONFIG", "SET", "requirepass", "secret");
  });
  afterAll(() => Promise.all([server.stop(), locked.stop()]));

  test("is opened by the first call, and waited for by all with the same two listeners", async () => {
    const client = new Redis({ ...safe, host, port: server.port });
    const store = redisCircuitStore({ client });
    const lists = Promise.all(Array.from({ length: 50 }, () => list(store)));
    await Promise.resolve();
    expect(client.listenerCount("ready")).toBeLessThanOrEqual(2);
    expect(await lists).toHaveLength(50);
    client.disconnect();
  });

  test("is opened by connect, for a cluster's client too", async () => {
    const cluster = await startRedisCluster();
    const nodes = { rootNodes: [{ socket: { host, port: cluster.port } }] };
    const clients = [
      new Cluster([{ host, port: cluster.port }], { ...lazy, retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 }),
      createCluster(nodes),
    ] as const;
    try {
      for (const client of clients) {
        const store = redisCircuitStore({ client });
        await Promise.all([store.connect?.(), list(store), list(store)]);
        expect((await list(store)).records.size).toBe(0);
      }
    } finally {
      clients[0].disconnect();
      clients[1].destroy();
      await cluster.stop();
    }
  });

  test("fails with what the network says, and works once the server is there", async () => {
    const other = await startRedisServer();
    await other.kill();
    const clients = [
      new Redis({ ...safe, host, port: other.port }),
      createClient({ socket: { host, port: other.port, reconnectStrategy: 100 } }),
    ] as const;
    try {
      for (const client of clients) {
        await expect(list(redisCircuitStore({ client }))).rejects.toThrow("ECONNREFUSED");
      }
      await other.restart();
      for (const client of clients) {
        const store = redisCircuitStore({ client });
        await store.connect?.();
        expect((await list(store)).records.size).toBe(0);
      }
    } finally {
      clients[0].disconnect();
      clients[1].destroy();
      await other.stop();
    }
  });

  test.each([
    ["redis 6", () => createClient({ password: "wrong", socket: { host, port: locked.port } })],
    ["redis 5", () => createClient5({ password: "wrong", socket: { host, port: locked.port } })],
    ["ioredis", () => new Redis({ ...safe, password: "wrong", host, port: locked.port })],
    ["iovalkey", () => new Iovalkey({ ...safe, password: "wrong", host, port: locked.port })],
  ])("reports a wrong password of %s", async (_name, make) => {
    const client = make();
    const store = redisCircuitStore({ client });
    await expect(list(store)).rejects.toThrow("WRONGPASS");
    if ("destroy" in client) client.destroy();
    else client.disconnect();
  });

  test("reports a missing password with glide", async () => {
    const options = { addresses: [{ host, port: locked.port }], credentials: { password: "wrong" } };
    await expect(GlideClient.createClient(options)).rejects.toThrow(/WRONGPASS|AuthenticationFailed/);
  });

  test("that was closed rejects, and says so", async () => {
    const client = new Redis({ ...safe, host, port: server.port });
    const store = redisCircuitStore({ client });
    await list(store);
    client.disconnect();
    await expect.poll(() => client.status).toBe("end");
    await expect(list(store)).rejects.toThrow("Connection is closed");
  });

  test("that is being opened is waited for", async () => {
    const client = createClient({ socket: { host, port: server.port } });
    const opening = client.connect();
    expect((await list(redisCircuitStore({ client }))).now).toBeGreaterThan(0);
    await opening;
    client.destroy();
  });

  test("leaves the listeners of a client as they are, if it has one for errors", () => {
    const client = createClient();
    client.on("error", () => {});
    redisCircuitStore({ client });
    expect(client.listenerCount("error")).toBe(1);
    redisCircuitStore({ client: createClient() });
  });
});
