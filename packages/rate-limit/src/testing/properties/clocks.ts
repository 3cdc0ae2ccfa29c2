import type { Limit } from "../../limits/limit.ts";
import { othersOf, type StoreHarness } from "../harness.ts";
import type { Step } from "./arbitraries.ts";
import { checkBound } from "./bounds.ts";
import { admissionsOf, createRun } from "./run.ts";

/** A greedy client whose takes go to environments with clocks that are up to 25 ms ahead. */
export async function keepsBoundsInSpiteOfSkew(
  harness: StoreHarness,
  limit: Limit,
  steps: readonly Step[],
  aheadMs: readonly number[],
): Promise<void> {
  const run = createRun(harness, [limit]);
  const takes: Awaited<ReturnType<typeof run.play>>[number][] = [];
  const stores = 1 + othersOf(harness).length;
  for (const { pauseMs, environment } of steps) {
    await harness.advance(pauseMs);
    takes.push(await run.take(1, { environment, aheadMs: aheadMs[(environment % stores) % aheadMs.length] }));
  }
  // A store on its own clock ignores the callers' clocks.
  const spreadMs = harness.clock === "store" ? 0 : Math.max(...aheadMs) - Math.min(...aheadMs);
  checkBound(limit, admissionsOf(takes), spreadMs);
}
