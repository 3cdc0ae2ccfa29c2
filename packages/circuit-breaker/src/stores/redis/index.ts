export type {
  GlideClient,
  IoredisClient,
  IoredisCluster,
  NodeRedisClient,
  NodeRedisCluster,
  RedisClient,
} from "@midguard/kernel/stores";
export { type RedisCircuitStoreOptions, redisCircuitStore } from "./redis-circuit-store.ts";
