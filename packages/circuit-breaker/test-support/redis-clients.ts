import type { RedisClient } from "@midguard/kernel/stores";
import { GlideClient, GlideClusterClient, Logger } from "@valkey/valkey-glide";
import { Redis as Ioredis6, Cluster as Ioredis6Cluster } from "ioredis";
import { Redis as Ioredis5, Cluster as Ioredis5Cluster } from "ioredis-5";
import { Redis as Iovalkey, Cluster as IovalkeyCluster } from "iovalkey";
import { createClient as createClient6, createCluster as createCluster6 } from "redis";
import { createClient as createClient5, createCluster as createCluster5 } from "redis-5";

/** A client, and how to close it. */
interface Opened {
  readonly client: RedisClient;
  close(): void;
}

/** A kind of client. */
export interface TestClient {
  readonly name: string;
  /** Makes one for the server on a port of this machine, with the options that the README gives. */
  open(port: number): Promise<Opened>;
}

/** Ms, at most, until a client tries again to connect. */
const reconnectMs = 500;

const host = "127.0.0.1";
/** 200 ms each time. */
const backoff = { numberOfRetries: 1, factor: 100, exponentBase: 2 };
Logger.setLoggerConfig("off");
const ioredisOptions = { host, maxRetriesPerRequest: 0, retryStrategy: () => reconnectMs };
const ioredisClusterOptions = {
  retryDelayOnFailover: 0,
  retryDelayOnClusterDown: 0,
  clusterRetryStrategy: () => reconnectMs,
};

interface Disconnects {
  on(event: "error", listener: () => void): unknown;
  disconnect(): void;
}

/** ioredis prints each error that nobody listens for. */
function ioredis(
  name: string,
  make: (port: number) => Extract<RedisClient, { status: string }> & Disconnects,
): TestClient {
  return {
    name,
    async open(port) {
      const client = make(port);
      client.on("error", () => {});
      return { client, close: () => client.disconnect() };
    },
  };
}

function nodeRedis(name: string, make: (port: number) => RedisClient & { destroy(): void }): TestClient {
  return {
    name,
    async open(port) {
      const client = make(port);
      return { client, close: () => client.destroy() };
    },
  };
}

function nodeRedisSocket(port: number) {
  return { socket: { host, port, reconnectStrategy: reconnectMs } };
}

function nodeRedisNodes(port: number) {
  return { rootNodes: [nodeRedisSocket(port)], defaults: { socket: { reconnectStrategy: reconnectMs } } };
}

/** For one server. */
export const singleClients: readonly TestClient[] = [
  nodeRedis("redis 6", (port) => createClient6(nodeRedisSocket(port))),
  nodeRedis("redis 5", (port) => createClient5(nodeRedisSocket(port))),
  ioredis("ioredis 6", (port) => new Ioredis6({ ...ioredisOptions, port })),
  ioredis("ioredis 5", (port) => new Ioredis5({ ...ioredisOptions, port })),
  ioredis("iovalkey", (port) => new Iovalkey({ ...ioredisOptions, port })),
  {
    name: "valkey-glide",
    async open(port) {
      const client = await GlideClient.createClient({ addresses: [{ host, port }], connectionBackoff: backoff });
      return { client, close: () => client.close() };
    },
  },
];

/** For a cluster. */
export const clusterClients: readonly TestClient[] = [
  nodeRedis("redis 6, cluster", (port) => createCluster6(nodeRedisNodes(port))),
  nodeRedis("redis 5, cluster", (port) => createCluster5(nodeRedisNodes(port))),
  ioredis("ioredis 6, cluster", (port) => new Ioredis6Cluster([{ host, port }], ioredisClusterOptions)),
  ioredis("ioredis 5, cluster", (port) => new Ioredis5Cluster([{ host, port }], ioredisClusterOptions)),
  ioredis("iovalkey, cluster", (port) => new IovalkeyCluster([{ host, port }], ioredisClusterOptions)),
  {
    name: "valkey-glide, cluster",
    async open(port) {
      const client = await GlideClusterClient.createClient({ addresses: [{ host, port }], connectionBackoff: backoff });
      return { client, close: () => client.close() };
    },
  },
];
