import { abortable, readOptions, required } from "@midguard/kernel/internal";
import { type Connection, connectionOf, type RedisClient, runScript, type Script } from "@midguard/kernel/stores";
import type { CircuitRecord } from "../../fleet/state.ts";
import type { CircuitStore } from "../../fleet/store.ts";
import { readReply, recordOf, textOf } from "./reply.ts";
import { circuitScripts, circuitsKey } from "./scripts.ts";

/** Options of `redisCircuitStore`. */
export interface RedisCircuitStoreOptions {
  /** The client to send commands with. The store connects it if you have not, and never closes it. */
  readonly client: RedisClient;
}

/** Pairs of names and texts as records. */
function recordsIn(names: readonly unknown[], texts: readonly unknown[]): Map<string, CircuitRecord> {
  const records = new Map<string, CircuitRecord>();
  for (const [nth, name] of names.entries()) {
    const record = recordOf(texts[nth]);
    if (record !== undefined) records.set(String(name), record);
  }
  return records;
}

/** The store on a connection. */
function createStore(connection: Connection): CircuitStore {
  const scripts = circuitScripts();

  async function run(script: Script, args: readonly string[], signal: AbortSignal) {
    return readReply(await abortable(runScript(connection, script, { key: circuitsKey, args, signal }), signal));
  }

  return {
    connect: () => connection.connect(),
    async read(circuits, signal) {
      const [now, texts] = await run(scripts.read, circuits, signal);
      return { now, records: recordsIn(circuits, texts as unknown[]) };
    },
    async count(circuit, epoch, { index, calls, failures, reporters }, signal) {
      const args = [circuit, ...[epoch, index, calls, failures].map(String), reporters];
      const [now, text] = await run(scripts.count, args, signal);
      return { now, record: recordOf(text) };
    },
    async move(circuit, epoch, next, signal) {
      const [now, text, moved] = await run(scripts.move, [circuit, String(epoch), textOf(next)], signal);
      return { now, record: recordOf(text), hasMoved: moved === 1 };
    },
    async list(signal) {
      const [now, names, texts] = await run(scripts.list, [], signal);
      return { now, records: recordsIn(names as unknown[], texts as unknown[]) };
    },
  };
}

/**
 * Keeps the state of circuits in Redis or Valkey (6.2 or newer), for all environments: in one hash, by the server's clock.
 * Every call is one script. The client is yours: of `redis` 5 or 6, `ioredis` 5 or 6, `iovalkey` or `@valkey/valkey-glide`, of
 * one server or a cluster.
 *
 * @example
 * const client = createClient({ url: process.env.REDIS_URL, socket: { reconnectStrategy: 500 } });
 * const payments = createCircuitBreaker({ name: "payments", store: redisCircuitStore({ client }) });
 *
 * @throws TypeError for a client of another kind, or one that would send a command again after a lost connection.
 */
export function redisCircuitStore(options: RedisCircuitStoreOptions): CircuitStore {
  const { client: connection } = readOptions("redisCircuitStore", options, { client: required(connectionOf) });
  return createStore(connection);
}
