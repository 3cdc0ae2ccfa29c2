import { type EventEmitter, once } from "node:events";

/** Does nothing with an error that is reported elsewhere: by an event of the client, or by the next command. */
export function ignore(): void {}

/**
 * Resolves when a client emits `ready`. Rejects with the error of its connection if that fails meanwhile, so that a wrong
 * password is reported as such, and when `signal` aborts.
 */
export async function untilReady(client: object, signal: AbortSignal): Promise<void> {
  await once(client as EventEmitter, "ready", { signal });
}
