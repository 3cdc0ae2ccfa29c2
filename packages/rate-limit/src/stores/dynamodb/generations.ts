import { randomInt } from "node:crypto";
import type { StoreRequest } from "../../store/store.ts";
import { type Item, numberIn } from "./item.ts";
import { generationAttribute } from "./label.ts";

/**
 * The generation of an item is a random number from its first take to its reset. A refund names the generation that was
 * charged, so that it cannot give back what a reset has given back already.
 */
export function newGeneration(): number {
  return randomInt(2 ** 32);
}

/** Remembers which generation a request was charged to. */
export interface Generations {
  keep(request: StoreRequest, item: Item): void;
  /** `undefined` if this store did not charge this request. */
  of(request: StoreRequest): number | undefined;
}

/** Without memory of requests that nothing else remembers. */
export function createGenerations(): Generations {
  const generations = new WeakMap<StoreRequest, number>();
  return {
    keep: (request, item) => void generations.set(request, numberIn(item, generationAttribute)),
    of: (request) => generations.get(request),
  };
}
