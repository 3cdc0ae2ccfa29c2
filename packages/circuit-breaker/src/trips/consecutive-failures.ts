import { wholeNumber } from "@midguard/kernel/internal";
import type { Trip } from "./trip.ts";

/**
 * Opens after `count` failures without a success between them, however long that takes.
 *
 * Most breakers have this rule, but it opens too easily: if 30 % of the calls fail at random, five in a row come in about 600
 * calls, and the circuit opens on a dependency that answers most of them. Prefer `failureRate`.
 *
 * @example
 * createCircuitBreaker({ name: "payments", trip: consecutiveFailures(5) });
 *
 * @throws TypeError or RangeError if `count` is not a whole number of at least 1.
 */
export function consecutiveFailures(count: number): Trip {
  wholeNumber({ min: 1 })("consecutiveFailures: count", count);
  return {
    rule: "consecutive-failures",
    start([failures = 0] = []) {
      let inRow = failures;
      return {
        record(hasFailed) {
          inRow = hasFailed ? inRow + 1 : 0;
          return inRow >= count;
        },
        save: () => [inRow],
      };
    },
  };
}
