import type { Limit } from "../../limits/limit.ts";
import { type Caller, type Hand, handOn, type StoreHarness, type Taken } from "../harness.ts";
import type { Step } from "./arbitraries.ts";
import type { Admission } from "./bounds.ts";
import type { Span } from "./follower.ts";

/** One key of a store, with the time of each answer. */
export interface Run {
  readonly hand: Hand;
  take(cost: number, caller?: Caller): Promise<Taken & Span>;
  /** Lets the pause of each step pass, and takes. */
  play(steps: readonly Step[]): Promise<readonly (Taken & Span)[]>;
}

/** Runs takes from `limits` under a key of their own. */
export function createRun(harness: StoreHarness, limits: readonly Limit[]): Run {
  const hand = handOn(harness, limits);

  async function take(cost: number, caller?: Caller): Promise<Taken & Span> {
    const from = Math.floor(harness.now());
    const taken = await hand.take(cost, limits, caller);
    return { ...taken, from, to: Math.floor(harness.now()) };
  }

  return {
    hand,
    take,
    async play(steps) {
      const taken: (Taken & Span)[] = [];
      for (const { pauseMs, cost, environment } of steps) {
        if (pauseMs > 0) await harness.advance(pauseMs);
        taken.push(await take(cost, { environment }));
      }
      return taken;
    },
  };
}

/** What was admitted of these takes. */
export function admissionsOf(takes: readonly (Taken & Span)[]): Admission[] {
  return takes
    .filter(({ decision }) => decision.allowed)
    .map(({ request, from, to }) => ({ cost: request.cost, from, to }));
}
