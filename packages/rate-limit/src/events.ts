import type { RateLimitEvent } from "@midguard/kernel";
import { type EventChannel, eventChannel } from "@midguard/kernel/internal";

/** The channel that this package publishes its events on: `midguard:rate-limit`. */
export const rateLimitEvents: EventChannel<RateLimitEvent> = eventChannel("rate-limit");
