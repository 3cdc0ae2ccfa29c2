import type { Clock } from "@midguard/kernel";
import { within } from "./within.ts";

interface CleanupRequest {
  readonly internal: Readonly<Record<string, unknown>>;
}

/** Whose middlewares leave, under `powertools-for-aws.<name>`, what must be called when a middleware returns early. */
const utilities = ["tracer", "metrics", "logger", "idempotency"];

/**
 * Waits, for `ms` at most, for the promises that middlewares have begun in `request.internal` (a secret being fetched):
 * once the answer is out the process is frozen, and the connection that they use would be cut.
 */
export async function settleInFlight({ internal }: CleanupRequest, ms: number, clock: Clock): Promise<void> {
  const inFlight = Object.values(internal).filter((value) => value instanceof Promise);
  if (inFlight.length > 0) await within(Promise.allSettled(inFlight), ms, clock);
}

async function callCleanups(request: CleanupRequest): Promise<void> {
  for (const utility of utilities) {
    const cleanup = request.internal[`powertools-for-aws.${utility}`];
    if (typeof cleanup !== "function") continue;
    try {
      await cleanup(request);
    } catch {
      // With `throwOnEmptyMetrics`, Powertools throws here on every ping, which writes no metric.
    }
  }
}

/** Calls Powertools' cleanup, for `ms` at most: closes the tracer's segment, writes metrics, resets the logger's keys. */
export async function cleanUpPowertools(request: CleanupRequest, ms: number, clock: Clock): Promise<void> {
  await within(callCleanups(request), ms, clock);
}
