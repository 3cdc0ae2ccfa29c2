import { type EventEmitter, once } from "node:events";

/** Does nothing with an error that is reported elsewhere: by an event of the client, or by the next command. */
export function ignore(): void {}

/**
 * A function that resolves when a client emits `ready`, and rejects with the error of its connection if that fails first,
 * so that a wrong password is reported as such. All that wait for a client share its listeners.
 */
export function createReadiness(): (client: object) => Promise<void> {
  const waits = new WeakMap<object, Promise<void>>();
  async function listen(client: object): Promise<void> {
    try {
      await once(client as EventEmitter, "ready");
    } finally {
      waits.delete(client);
    }
  }
  return function untilReady(client) {
    const waiting = waits.get(client);
    if (waiting !== undefined) return waiting;
    const wait = listen(client);
    waits.set(client, wait);
    return wait;
  };
}
