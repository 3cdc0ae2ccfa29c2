import { randomInt } from "node:crypto";
import type { Decision } from "../../store/decision.ts";
import { type Item, numberIn } from "./item.ts";
import { generationAttribute } from "./label.ts";

/**
 * The generation of an item is a random number from its first take to its reset. A refund names the generation that was
 * charged, so that it cannot give back what a reset has given back already.
 */
export function newGeneration(): number {
  return randomInt(2 ** 32);
}

/** Remembers which generation a decision was charged to: by its states, which a decision that is made of it keeps. */
export interface Generations {
  keep(decision: Pick<Decision, "limits">, item: Item): void;
  /** `undefined` if this store did not make this decision. */
  of(decision: Pick<Decision, "limits">): number | undefined;
}

/** Without memory of decisions that nothing else remembers. */
export function createGenerations(): Generations {
  const generations = new WeakMap<Decision["limits"], number>();
  return {
    keep: ({ limits }, item) => void generations.set(limits, numberIn(item, generationAttribute)),
    of: ({ limits }) => generations.get(limits),
  };
}
