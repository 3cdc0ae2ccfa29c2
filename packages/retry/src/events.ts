import type { RetryEvent } from "@midguard/kernel";
import { type EventChannel, eventChannel } from "@midguard/kernel/internal";

/** Where `retry.scheduled` and `retry.exhausted` are published. */
export const channel: EventChannel<RetryEvent> = eventChannel<RetryEvent>("retry");
