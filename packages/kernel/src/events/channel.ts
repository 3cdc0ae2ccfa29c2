import diagnostics from "node:diagnostics_channel";
import { callback } from "../options/rules.ts";
import { warn } from "../warn.ts";
import type { MidguardEvent } from "./events.ts";

/** The channel of a package. Check `hasSubscribers` before you build an event: without a subscriber none is needed. */
export type EventChannel<E> = { readonly hasSubscribers: boolean; publish(event: E): void };

const names = ["rate-limit", "retry", "circuit-breaker", "warmup"] as const;

/** The channel of the package of this name, `midguard:<name>` of `node:diagnostics_channel`. */
export function eventChannel<E extends MidguardEvent>(name: (typeof names)[number]): EventChannel<E> {
  return diagnostics.channel(`midguard:${name}`);
}

/**
 * Calls `listener` with every event of Midguard, synchronously and in the invocation that it happened in. An error of the
 * listener becomes a process warning, whereas an error of a subscriber on the channel itself ends the process.
 *
 * @returns the function that ends the subscription.
 * @throws TypeError if `listener` is no function.
 *
 * @example
 * const unsubscribe = subscribe((event) => {
 *   if (event.type === "circuit.opened") logger.warn("circuit opened", { circuit: event.source });
 * });
 */
export function subscribe(listener: (event: MidguardEvent) => void): () => void {
  callback()("subscribe: listener", listener);
  // The part up to the first await runs within publish(): the listener is called synchronously.
  async function guarded(event: unknown): Promise<void> {
    try {
      await listener(event as MidguardEvent);
    } catch (error) {
      warn("A subscriber of Midguard's events threw", error);
    }
  }
  for (const name of names) diagnostics.subscribe(`midguard:${name}`, guarded);
  return function unsubscribe() {
    for (const name of names) diagnostics.unsubscribe(`midguard:${name}`, guarded);
  };
}
