import type { Clock } from "@midguard/kernel";
import { read } from "@midguard/kernel/internal";
import { within } from "./within.ts";

/** The part of Middy's request that other middlewares write to. */
interface CleanupRequest {
  readonly internal: object;
}

/** Each stores a function under `powertools-for-aws.<name>` that must be called if a middleware returns early. */
const utilities = ["tracer", "metrics", "logger", "idempotency"];

/**
 * Waits, for at most `ms`, for promises that other middlewares stored in `request.internal`, such as a secret being fetched.
 * The process is frozen after the answer, which would cut their connections.
 */
export async function settleInFlight({ internal }: CleanupRequest, ms: number, clock: Clock): Promise<void> {
  const stored = Object.keys(internal).map((name) => read(internal, name));
  // No other thenables: awaiting a lazy one, such as a query builder, would start its work.
  const inFlight = stored.filter((value) => value instanceof Promise);
  if (inFlight.length > 0) await within(Promise.allSettled(inFlight), ms, clock);
}

async function callCleanups(request: CleanupRequest): Promise<void> {
  for (const utility of utilities) {
    const cleanup = read(request.internal, `powertools-for-aws.${utility}`);
    if (typeof cleanup !== "function") continue;
    try {
      await cleanup(request);
    } catch {
      // With `throwOnEmptyMetrics`, Powertools throws here on every ping that adds no metric.
    }
  }
}

/** Calls Powertools' cleanup, for at most `ms`: it closes the tracer's segment, writes metrics and resets the logger's keys. */
export async function cleanUpPowertools(request: CleanupRequest, ms: number, clock: Clock): Promise<void> {
  await within(callCleanups(request), ms, clock);
}
