import { read } from "../../../foreign.ts";
import { refuse } from "../../../options/rules.ts";
import type { Connection } from "./connection.ts";
import { type GlideClient, glideConnection } from "./glide.ts";
import { type IoredisClient, type IoredisCluster, ioredisConnection } from "./ioredis.ts";
import {
  type NodeRedisClient,
  type NodeRedisCluster,
  nodeRedisClusterConnection,
  nodeRedisConnection,
} from "./node-redis.ts";

/** A client of `redis` (5, 6), `ioredis` (5, 6), `iovalkey` or `@valkey/valkey-glide`, of one server or a cluster. */
export type RedisClient = NodeRedisClient | NodeRedisCluster | IoredisClient | IoredisCluster | GlideClient;

const wanted =
  "a client of redis (createClient or createCluster of version 5 or 6), ioredis (5 or 6), iovalkey or @valkey/valkey-glide";

/**
 * The connection of a client, recognised by its methods: an instance of another copy of its class is as good. `name` stands
 * first in errors.
 */
export function connectionOf(name: string, client: unknown): Connection {
  const has = (method: string): boolean => typeof read(client, method) === "function";
  if (has("call") && has("connect") && typeof read(client, "status") === "string") {
    return ioredisConnection(name, client as IoredisClient);
  }
  if (has("customCommand") && has("invokeScript")) return glideConnection(client as GlideClient);
  if (has("sendCommand") && has("getSlotRandomNode")) return nodeRedisClusterConnection(client as NodeRedisCluster);
  if (has("sendCommand") && has("withAbortSignal") && typeof read(client, "isReady") === "boolean") {
    return nodeRedisConnection(client as NodeRedisClient);
  }
  return refuse(TypeError, name, wanted, client);
}
