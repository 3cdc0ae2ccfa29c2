import type { WarmupEvent } from "@midguard/kernel";
import { type EventChannel, eventChannel } from "@midguard/kernel/internal";

/** The channel `midguard:warmup`. */
export const warmupEvents: EventChannel<WarmupEvent> = eventChannel("warmup");
