import type { Connection } from "./connection.ts";
import { createReadiness, ignore } from "./ready.ts";

/** Of one command. */
interface CommandOptions {
  readonly abortSignal: AbortSignal;
  /** In ms; 0 for none. */
  readonly timeout: number;
}

interface ErrorEvents {
  on(event: "error", listener: (error: Error) => void): unknown;
  listenerCount(event: "error"): number;
}

/** A client made by `createClient` of `redis` 5 or 6. */
export interface NodeRedisClient extends ErrorEvents {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  withAbortSignal(signal: AbortSignal): unknown;
  sendCommand(args: readonly string[], options: CommandOptions): Promise<unknown>;
}

/** A client made by `createCluster` of `redis` 5 or 6. */
export interface NodeRedisCluster extends ErrorEvents {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  getSlotRandomNode(slot: number): unknown;
  sendCommand(firstKey: string, isReadonly: boolean, args: string[], options: CommandOptions): Promise<unknown>;
}

/** Without the client's own timeout, which would be a second timer beside the signal's. */
function optionsOf(signal: AbortSignal): CommandOptions {
  return { abortSignal: signal, timeout: 0 };
}

/** An "error" event without a listener would end the process; the store reports the same errors by rejecting. */
function listenForErrors(client: ErrorEvents): void {
  if (client.listenerCount("error") === 0) client.on("error", ignore);
}

/** The connection of a single client. It takes a command out of its queue when the signal aborts, and resends none. */
export function nodeRedisConnection(client: NodeRedisClient): Connection {
  listenForErrors(client);
  const untilReady = createReadiness();
  async function connect(): Promise<void> {
    if (client.isReady) return;
    const ready = untilReady(client);
    if (!client.isOpen) client.connect().catch(ignore);
    await ready;
  }
  return {
    connect,
    async send(command, _key, signal) {
      if (!client.isReady) await connect();
      return client.sendCommand(command, optionsOf(signal));
    },
  };
}

/** The connection of a cluster's client, which passes the signal on to the clients of its nodes. */
export function nodeRedisClusterConnection(client: NodeRedisCluster): Connection {
  listenForErrors(client);
  let connecting: Promise<unknown> | undefined;
  async function connect(): Promise<void> {
    // Shared: it is open at once, but knows no node until this resolves.
    if (!client.isOpen) {
      connecting = client.connect().finally(() => {
        connecting = undefined;
      });
    }
    await connecting;
  }
  return {
    connect,
    async send(command, key, signal) {
      await connect();
      return client.sendCommand(key, false, [...command], optionsOf(signal));
    },
  };
}
