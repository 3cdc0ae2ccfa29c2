import { readOptions, required } from "@midguard/kernel/internal";
import { connectionOf, type RedisClient } from "@midguard/kernel/stores";
import type { RateLimitStore } from "../../store/store.ts";
import { type RemoteStoreOptions, remoteStoreRules } from "../remote/options.ts";
import { remoteStore } from "../remote/remote-store.ts";
import { createScriptStore } from "./script-store.ts";

/** Options of `redisStore`. */
export interface RedisStoreOptions extends RemoteStoreOptions {
  /** The client to send commands with. The store connects it if you have not, and never closes it. */
  readonly client: RedisClient;
}

/**
 * Keeps the counts in Redis or Valkey, for all environments together: one call and one key per decision, by the
 * server's clock. A key that the server rejected is rejected without a call until it is free; after 30 s the server is
 * asked again. With `lease` or `sample` also admitted requests need fewer calls. The client is yours: of `redis` 5 or
 * 6, `ioredis` 5 or 6, `iovalkey` or `@valkey/valkey-glide`, of one server or a cluster.
 *
 * A take that timed out is withdrawn: it is not sent later, nor again after a lost connection. ioredis and iovalkey do
 * that only if they are told to, so their clients are refused without `maxRetriesPerRequest: 0`; glide ends a command by
 * its own `requestTimeout`, which must not exceed `storeTimeoutMs`.
 *
 * @example
 * const client = createClient({ url: process.env.REDIS_URL, socket: { reconnectStrategy: 500 } });
 * rateLimit({ limits: quota(1_000, "day"), store: redisStore({ client }) })
 *
 * @throws TypeError for a client of another kind, or one that would send a command again.
 */
export function redisStore(options: RedisStoreOptions): RateLimitStore {
  const owner = "redisStore";
  const rules = { client: required(connectionOf), ...remoteStoreRules };
  const { client: connection, lease, sample } = readOptions(owner, options, rules);
  return remoteStore(createScriptStore(connection), { lease, sample }, { owner });
}
