import { seededRandom } from "@midguard/kernel/testing";
import { alone, exact, type Fleet, sharing } from "./modes.ts";
import { combine, runKey, type Tally } from "./simulate.ts";
import type { Workload } from "./workloads.ts";

/** A way to keep counts, with what it cost and admitted. */
export interface Row {
  readonly mode: string;
  readonly callsPerDecision: number;
  /** Calls a second for the busiest key: DynamoDB writes an item at most 1,000 times a second. */
  readonly callsPerSecondOfOneKey: number;
  /** What was admitted, over what one exact store admits. */
  readonly admitted: number;
  /** The most of a key that was taken ahead and not used at one time, over its smallest limit; `undefined` without leases. */
  readonly held: number | undefined;
}

interface Mode {
  readonly mode: string;
  readonly fleet: (seed: number) => Fleet;
}

function leaseText(lease: Workload["lease"]): string {
  if ("size" in lease) return `lease: { size: ${lease.size} }`;
  return `lease: { maxUnderuse: ${lease.maxUnderuse}, environments: ${lease.environments} }`;
}

function modesOf({ lease, sample }: Workload): readonly Mode[] {
  return [
    { mode: "shared store", fleet: (seed) => sharing({}, seededRandom(seed)) },
    { mode: leaseText(lease), fleet: (seed) => sharing({ lease }, seededRandom(seed)) },
    { mode: `sample: 1 / ${Math.round(1 / sample)}`, fleet: (seed) => sharing({ sample }, seededRandom(seed)) },
    { mode: "memory store", fleet: alone },
  ];
}

/** Runs a workload one way: each group of keys by one of them. */
async function run({ groups, environments, limits, seconds }: Workload, fleetFor: Mode["fleet"]) {
  const parts: { readonly tally: Tally; readonly keys: number }[] = [];
  for (const [index, { keys, perSecond }] of groups.entries()) {
    const keyRun = { perSecond, environments, limits, seconds, seed: index + 1 };
    parts.push({ keys, tally: await runKey(keyRun, fleetFor(index + 1_001)) });
  }
  const callsOfOneKey = Math.max(...parts.map(({ tally }) => tally.calls));
  return { ...combine(parts), callsPerSecondOfOneKey: callsOfOneKey / seconds };
}

/** Compares the ways to keep counts for a workload; all get the same requests. */
export async function compare(workload: Workload): Promise<readonly Row[]> {
  const reference = await run(workload, exact);
  const smallest = Math.min(...workload.limits.map(({ limit }) => limit));
  const rows: Row[] = [];
  for (const { mode, fleet } of modesOf(workload)) {
    const { decisions, admitted, calls, held, callsPerSecondOfOneKey } = await run(workload, fleet);
    rows.push({
      mode,
      callsPerDecision: calls / decisions,
      callsPerSecondOfOneKey,
      admitted: admitted / reference.admitted,
      held: mode.startsWith("lease") ? held / smallest : undefined,
    });
  }
  return rows;
}
