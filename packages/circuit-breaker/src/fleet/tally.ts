import type { CallResult } from "../machine/state.ts";
import { slotAt } from "./counts.ts";
import type { FleetRules } from "./rules.ts";
import type { FleetSlot, FleetState } from "./state.ts";

/** Counts reach the store at most this often. */
export const reportEveryMs = 1_000;

const codes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The calls of one environment that the store does not know of yet. */
export interface Tally {
  add(result: CallResult): void;
  readonly hasFailures: boolean;
  /** Whether the counts are to be reported: all calls of a fleet in trouble, else those of an environment that had failures. */
  isDue(state: FleetState, now: number): boolean;
  /** Takes the counts, for the slot at `storeNow`. */
  take(state: FleetState, now: number, storeNow: number): FleetSlot;
  forget(): void;
}

/** @param seed - A number that is this environment's own. */
export function createTally(rules: FleetRules, seed: number): Tally {
  const counted = { calls: 0, failures: 0 };
  let reportedAt = -Infinity;

  function forget(): void {
    counted.calls = 0;
    counted.failures = 0;
  }

  /** Drawn anew for each epoch, so that two environments do not look like one for long. */
  function reporterIn({ epoch }: FleetState): string {
    return codes.charAt(Math.imul(seed ^ epoch, 0x9e3779b1) >>> 26);
  }

  return {
    forget,
    add(result) {
      counted.calls += 1;
      if (result !== "success") counted.failures += 1;
    },
    get hasFailures() {
      return counted.failures > 0;
    },
    isDue({ phase }, now) {
      const isInTrouble = phase === "suspect" || phase === "ramping";
      const hasNews = isInTrouble ? counted.calls > 0 : phase === "closed" && counted.failures > 0;
      return hasNews && now >= reportedAt + reportEveryMs;
    },
    take(state, now, storeNow) {
      const { calls, failures } = counted;
      forget();
      reportedAt = now;
      return {
        index: slotAt(state, storeNow, rules),
        calls,
        failures,
        reporters: failures > 0 ? reporterIn(state) : "",
      };
    },
  };
}
