import { seededRandom } from "@midguard/kernel/testing";
import type { Limit } from "@midguard/rate-limit";
import { arrivalsOf } from "./arrivals.ts";
import type { Fleet, Take } from "./modes.ts";

/** Counts of a simulation. */
export interface Tally {
  readonly decisions: number;
  readonly admitted: number;
  readonly calls: number;
  /** The most units of a key that were taken and not used at one time. */
  readonly held: number;
}

/** The traffic of a key. */
export interface KeyRun {
  readonly perSecond: number;
  readonly environments: number;
  readonly limits: readonly Limit[];
  readonly seconds: number;
  readonly seed: number;
}

/** Noon, so that no day ends meanwhile. */
const start = Date.UTC(2026, 10, 4, 12);

/**
 * Runs the requests of one key in the order of their time. Keys share nothing but the bounded memory of an environment,
 * so each can be run alone. An environment starts with its first request.
 */
export async function runKey({ limits, seed, ...traffic }: KeyRun, fleet: Fleet): Promise<Tally> {
  const takes = new Map<number, Take>();
  let decisions = 0;
  let admitted = 0;
  let held = 0;
  for (const { atMs, environment } of arrivalsOf({ ...traffic, random: seededRandom(seed) })) {
    const take = takes.get(environment) ?? fleet.environment(environment);
    takes.set(environment, take);
    const { allowed } = await take({ key: "key", cost: 1, now: start + atMs, limits });
    decisions += 1;
    if (allowed) admitted += 1;
    if (fleet.shared !== undefined) held = Math.max(held, fleet.shared.units - admitted);
  }
  return { decisions, admitted, calls: fleet.shared?.calls ?? 0, held };
}

/** The tallies of keys that each stand for a number of keys. */
export function combine(parts: readonly { readonly tally: Tally; readonly keys: number }[]): Tally {
  const sum = (of: (tally: Tally) => number): number =>
    parts.reduce((total, { tally, keys }) => total + keys * of(tally), 0);
  return {
    decisions: sum(({ decisions }) => decisions),
    admitted: sum(({ admitted }) => admitted),
    calls: sum(({ calls }) => calls),
    held: Math.max(...parts.map(({ tally }) => tally.held)),
  };
}
