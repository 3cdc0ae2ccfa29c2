import type { CircuitEvent } from "@midguard/kernel";
import { type EventChannel, eventChannel } from "@midguard/kernel/internal";
import type { CircuitFact } from "./machine/step.ts";

const channel: EventChannel<CircuitEvent> = eventChannel("circuit-breaker");

/** Publishes what happened to the circuit named `source`. */
export function publish(source: string, fact: CircuitFact): void {
  if (channel.hasSubscribers) channel.publish({ ...fact, source });
}
