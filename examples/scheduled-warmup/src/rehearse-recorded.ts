import type { MiddyfiedHandler } from "@middy/core";
import { rehearse } from "@midguard/warmup";
import type { Event, Result } from "./api.ts";
import { serviceToken } from "./secrets.ts";

/**
 * Sends the recorded requests of a ping's payload through a handler. The schedule holds no secret: the function fills in the
 * token from its own source. Throws if a request fails, so that the warmer reports it.
 */
export async function rehearseRecorded(
  handler: MiddyfiedHandler<Event, Result>,
  signal: AbortSignal,
  payload: unknown,
): Promise<void> {
  // A ping without a payload wakes the process, and nothing else.
  for (const recorded of (payload ?? []) as Event[]) {
    signal.throwIfAborted();
    const headers = { ...recorded.headers, authorization: `Bearer ${await serviceToken()}` };
    const { statusCode, error } = await rehearse(handler, { ...recorded, headers });
    if (error !== undefined) throw error;
    if (statusCode !== 200) throw new Error(`${recorded.rawPath} was answered with ${statusCode}`);
  }
}
