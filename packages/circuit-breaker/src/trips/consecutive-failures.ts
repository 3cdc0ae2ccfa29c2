import { checkInteger } from "@midguard/kernel/internal";
import type { Trip } from "./trip.ts";

/**
 * Opens after `count` failures without a success between them, however long that takes.
 *
 * The rule of most breakers, and a harsh one: where 30 % of the calls fail at random, one run of five comes in about 600
 * calls, and the circuit opens on a dependency that answers most of them. Prefer `failureRate`.
 *
 * @example
 * createCircuitBreaker({ name: "payments", trip: consecutiveFailures(5) });
 *
 * @throws TypeError | RangeError where `count` is not a whole number of at least 1.
 */
export function consecutiveFailures(count: number): Trip {
  checkInteger("consecutiveFailures", count, 1);
  return {
    rule: "consecutive-failures",
    slowCallMs: Infinity,
    start([failures = 0] = []) {
      let inRow = failures;
      return {
        record(failed) {
          inRow = failed ? inRow + 1 : 0;
          return inRow >= count;
        },
        recordUntimed() {
          inRow = 0;
          return true;
        },
        save: () => [inRow],
      };
    },
  };
}
