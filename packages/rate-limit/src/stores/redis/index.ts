export type { RedisClient } from "./clients/connection-of.ts";
export type { GlideClient } from "./clients/glide.ts";
export type { IoredisClient, IoredisCluster } from "./clients/ioredis.ts";
export type { NodeRedisClient, NodeRedisCluster } from "./clients/node-redis.ts";
export { type RedisStoreOptions, redisStore } from "./redis-store.ts";
