import type { Connection } from "./connection.ts";

/** A client made by `createClient` of `GlideClient` or `GlideClusterClient` of `@valkey/valkey-glide`. */
export interface GlideClient {
  customCommand(args: string[]): Promise<unknown>;
  invokeScript(...args: never[]): unknown;
}

/** The connection of a client that ends a command by its own `requestTimeout`. */
export function glideConnection(client: GlideClient): Connection {
  return {
    async connect() {
      await client.customCommand(["PING"]);
    },
    async send(command, _key, signal) {
      signal.throwIfAborted();
      return client.customCommand([...command]);
    },
  };
}
