/** A Redis command: its name, then its arguments. The first key of a script is its third argument. */
export type Command = readonly [name: string, ...args: string[]];

/** What the store needs of a client, whichever it is. */
export interface Connection {
  /**
   * Sends a command about one key, now or never: it is not sent any more once `signal` has aborted, nor sent again when a
   * connection is lost.
   */
  send(command: Command, key: string, signal: AbortSignal): Promise<unknown>;
  /** Resolves when commands can be sent. */
  connect(): Promise<void>;
}
