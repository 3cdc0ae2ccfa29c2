export { type DynamoDbLocal, hasDynamoDbLocal, startDynamoDbLocal, type TableKeys } from "./dynamodb-local.ts";
export { freePort } from "./free-port.ts";
export { hasNginx, type Nginx, startNginx } from "./nginx.ts";
export { hasRedisServer, type RedisServer, startRedisServer } from "./redis-server.ts";
export type { Service } from "./service.ts";
