import type { RateLimitEvent } from "@midguard/kernel";
import { type EventChannel, eventChannel } from "@midguard/kernel/internal";

/** Where this package tells what happened: channel `midguard:rate-limit`. */
export const rateLimitEvents: EventChannel<RateLimitEvent> = eventChannel("rate-limit");
