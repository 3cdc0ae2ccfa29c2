import type { Connection } from "./connection.ts";
import { createReadiness, ignore } from "./ready.ts";

/** A client made by `new Redis` of `ioredis` 5 or 6, or of `iovalkey`. */
export interface IoredisClient {
  readonly status: string;
  readonly options: object;
  connect(): Promise<unknown>;
  call(command: string, args: string[]): Promise<unknown>;
}

/** A client made by `new Cluster` of `ioredis` 5 or 6, or of `iovalkey`. */
export interface IoredisCluster extends IoredisClient {
  readonly isCluster: boolean;
  nodes(role: "master"): readonly IoredisClient[];
}

/** The options that decide whether a command is sent again. */
interface ResendOptions {
  readonly maxRetriesPerRequest?: number | null;
  readonly autoResendUnfulfilledCommands?: boolean;
}

interface ClusterResendOptions {
  readonly retryDelayOnFailover?: number;
  readonly retryDelayOnClusterDown?: number;
  readonly clusterNodeRetryStrategy?: unknown;
  readonly redisOptions?: ResendOptions;
}

function resends({ maxRetriesPerRequest, autoResendUnfulfilledCommands }: ResendOptions = {}): boolean {
  return maxRetriesPerRequest !== 0 && autoResendUnfulfilledCommands !== false;
}

function clusterResends(options: ClusterResendOptions): boolean {
  const { retryDelayOnFailover, retryDelayOnClusterDown, clusterNodeRetryStrategy, redisOptions } = options;
  if (retryDelayOnFailover !== 0 || retryDelayOnClusterDown !== 0) return true;
  return typeof clusterNodeRetryStrategy === "function" && resends(redisOptions);
}

/** Throws if the client would send a command again, and count it twice, after it lost its connection. */
function refuseResending(name: string, client: IoredisClient | IoredisCluster): void {
  if ("isCluster" in client && client.isCluster) {
    if (!clusterResends(client.options)) return;
    throw new TypeError(
      `${name} must have retryDelayOnFailover: 0 and retryDelayOnClusterDown: 0 (with a clusterNodeRetryStrategy also maxRetriesPerRequest: 0 in redisOptions), because an ioredis Cluster sends commands again after a lost connection`,
    );
  }
  if (!resends(client.options)) return;
  throw new TypeError(
    `${name} must have maxRetriesPerRequest: 0, or autoResendUnfulfilledCommands: false, because ioredis sends commands again after a lost connection`,
  );
}

/**
 * The connection of a single client or a cluster's. Their queues let no command out again, so that the store waits for the
 * connection itself.
 */
export function ioredisConnection(name: string, client: IoredisClient | IoredisCluster): Connection {
  refuseResending(name, client);
  const untilReady = createReadiness();

  async function becomeReady(node: IoredisClient): Promise<void> {
    if (node.status === "ready") return;
    const ready = untilReady(node);
    // Made with lazyConnect.
    if (node.status === "wait") node.connect().catch(ignore);
    await ready;
  }

  async function connect(): Promise<void> {
    // One that has ended rejects its commands, and says so.
    if (client.status === "end") return;
    await becomeReady(client);
    if ("nodes" in client) await Promise.all(client.nodes("master").map(becomeReady));
  }

  return {
    connect,
    async send([command, ...args], _key, signal) {
      await connect();
      signal.throwIfAborted();
      return client.call(command, args);
    },
  };
}
