import type { RetryEvent } from "@midguard/kernel";
import { type EventChannel, eventChannel } from "@midguard/kernel/internal";

/** `retry.scheduled` and `retry.exhausted` are told here. */
export const channel: EventChannel<RetryEvent> = eventChannel<RetryEvent>("retry");
