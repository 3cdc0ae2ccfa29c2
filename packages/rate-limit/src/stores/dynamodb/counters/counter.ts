import type { Expression } from "../expression.ts";
import type { Item } from "../item.ts";

/** What one limit has counted. */
interface Count {
  readonly used: number;
  /** Milliseconds until at most `target` are used, if nothing more is taken. */
  waitMs(target: number): number;
}

/** A take that is being tried. */
export interface Charge {
  readonly cost: number;
  /** Epoch ms. */
  readonly now: number;
  /** The item as the previous try found it, and `undefined` in the first. */
  readonly seen: { readonly item: Item } | undefined;
  /** In how many steps the condition may bracket the count of a previous window. */
  readonly steps: number;
  /** Whether the bucket of this name is expected to be less than full. */
  isBusy(name: string): boolean;
}

/** A take that is being given back. */
interface Refund {
  readonly cost: number;
  /** When it was taken, and when it is given back, in epoch ms. */
  readonly takenAt: number;
  readonly now: number;
  /** Milliseconds after which, when it was taken, everything could have been taken again. */
  readonly resetAfterMs: number;
}

/** How one limit keeps its count in the attributes of an item. */
export interface Counter {
  readonly name: string;
  /** The most that it can hold. */
  readonly limit: number;
  /** What an item counts at `now`. */
  count(item: Item, now: number): Count;
  /** Until when the count of a take at `now` is needed, in epoch ms. */
  lastsUntil(now: number): number;
  /** Adds a take to an expression, and what refuses it. The cost is at most the limit. */
  charge(expression: Expression, charge: Charge): void;
  /** Adds what gives a take back, unless its window is over. */
  refund(expression: Expression, refund: Refund): void;
}
