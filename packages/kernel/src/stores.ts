/** For stores in Midguard's own packages: clients of Redis, and of DynamoDB. This entry promises no stability. */
export type { Command, Connection } from "./store/redis/clients/connection.ts";
export { connectionOf, type RedisClient } from "./store/redis/clients/connection-of.ts";
export type { GlideClient } from "./store/redis/clients/glide.ts";
export type { IoredisClient, IoredisCluster } from "./store/redis/clients/ioredis.ts";
export type { NodeRedisClient, NodeRedisCluster } from "./store/redis/clients/node-redis.ts";
export { runScript } from "./store/redis/run-script.ts";
export { type Script, scriptOf } from "./store/redis/script.ts";
export { sendOnce } from "./store/single-attempt.ts";
