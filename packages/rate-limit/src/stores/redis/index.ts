export type {
  GlideClient,
  IoredisClient,
  IoredisCluster,
  NodeRedisClient,
  NodeRedisCluster,
  RedisClient,
} from "@midguard/kernel/stores";
export { type RedisStoreOptions, redisStore } from "./redis-store.ts";
