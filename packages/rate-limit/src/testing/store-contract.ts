import type { StoreContractCase } from "./case.ts";
import { changes } from "./contract/changes.ts";
import { clocks } from "./contract/clocks.ts";
import { eachKind } from "./contract/each-kind.ts";
import { environments } from "./contract/environments.ts";
import { keys } from "./contract/keys.ts";
import { refunds } from "./contract/refunds.ts";
import { together } from "./contract/together.ts";
import { othersOf } from "./harness.ts";

/** Fails a case clearly if the harness has no environments for it. */
function checked(one: StoreContractCase): StoreContractCase {
  if (!one.needs.includes("environments")) return one;
  return {
    ...one,
    async run(harness) {
      othersOf(harness);
      await one.run(harness);
    },
  };
}

/**
 * What every store does, as data: run each case in any test runner. Leave out the cases whose `needs` the store has not.
 *
 * @example
 * for (const { name, needs, run } of storeContract) {
 *   if (needs.includes("environments")) continue; // for a store in memory
 *   test(name, () => run({ store: myStore(), now: clock.now, advance: clock.advance }));
 * }
 */
export const storeContract: readonly StoreContractCase[] = [
  ...eachKind,
  ...refunds,
  ...together,
  ...changes,
  ...keys,
  ...clocks,
  ...environments,
].map(checked);
