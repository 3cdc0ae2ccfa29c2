import type { CircuitEvent } from "@midguard/kernel";
import { type EventChannel, eventChannel } from "@midguard/kernel/internal";

const channel: EventChannel<CircuitEvent> = eventChannel("circuit-breaker");

type OpenedReason = Extract<CircuitEvent, { type: "circuit.opened" }>["reason"];
type Moved = Exclude<CircuitEvent["type"], "circuit.opened" | "circuit.rejected">;

/** Tells that the circuit opened, and for how long. */
export function tellOpened(source: string, openMs: number, reason: OpenedReason): void {
  if (channel.hasSubscribers) channel.publish({ type: "circuit.opened", source, openMs, reason });
}

/** Tells that the circuit moved to another state. */
export function tellMoved(source: string, type: Moved): void {
  if (channel.hasSubscribers) channel.publish({ type, source });
}

/** Tells that a call was not let through. */
export function tellRejected(source: string, retryAfterMs: number): void {
  if (channel.hasSubscribers) channel.publish({ type: "circuit.rejected", source, retryAfterMs });
}
