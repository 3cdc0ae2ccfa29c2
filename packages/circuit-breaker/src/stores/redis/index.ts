export type {
  GlideClient,
  IoredisClient,
  IoredisCluster,
  NodeRedisClient,
  NodeRedisCluster,
  RedisClient,
} from "@midguard/kernel/internal";
export { type RedisCircuitStoreOptions, redisCircuitStore } from "./redis-circuit-store.ts";
