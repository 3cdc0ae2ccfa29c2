import { callback, type Rule, shape } from "@midguard/kernel/internal";
import type { CircuitStore } from "./store.ts";

const call = callback();

/** The rule for the option `store`: any object with the methods of a store. */
export const circuitStoreRule: Rule<CircuitStore> = shape<CircuitStore>({
  read: call,
  count: call,
  move: call,
  list: call,
});
