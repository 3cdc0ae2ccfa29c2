import type { LimitState } from "../../store/decision.ts";
import type { Charge } from "./cells/cell.ts";
import type { Column } from "./table.ts";

/** The place of one key's words. */
export interface Place {
  readonly words: Int32Array;
  /** Index of the first word. */
  readonly at: number;
}

/** The counts of one key at one instant. `used` comes first: the other methods rely on what it has moved on. */
export class Entry {
  readonly #columns: readonly Column[];
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #now: number;

  constructor(columns: readonly Column[], { words, at }: Place, now: number) {
    this.#columns = columns;
    this.#words = words;
    this.#at = at;
    this.#now = now;
  }

  /** Moves every limit on to this instant. Returns how much of each is used. */
  used(): readonly number[] {
    const columns = this.#columns;
    // Of its length at once: an array that grows reserves room for sixteen more.
    const used = new Array<number>(columns.length);
    for (let index = 0; index < columns.length; index += 1) {
      const { cell, offset } = columns[index] as Column;
      used[index] = cell.roll(this.#words, this.#at + offset, this.#now);
    }
    return used;
  }

  /** Milliseconds until all limits have room for `cost`: 0 if they have, `Infinity` if one can never hold it. */
  waitMs(used: readonly number[], cost: number): number {
    const columns = this.#columns;
    let longest = 0;
    for (let index = 0; index < columns.length; index += 1) {
      const { cell, offset, limit } = columns[index] as Column;
      if ((used[index] as number) + cost <= limit) continue;
      if (cost > limit) return Infinity;
      longest = Math.max(longest, cell.waitMs(this.#words, this.#at + offset, this.#now, limit - cost));
    }
    return longest;
  }

  /** The states of the limits without room for `cost`. */
  violated(states: readonly LimitState[], used: readonly number[], cost: number): readonly LimitState[] {
    return states.filter((_, index) => (used[index] as number) + cost > (this.#columns[index] as Column).limit);
  }

  /** Charges every limit with `cost`. Returns their states after that. */
  charge(used: readonly number[], cost: number): LimitState[] {
    const columns = this.#columns;
    const states = new Array<LimitState>(columns.length);
    for (let index = 0; index < columns.length; index += 1) {
      const { name, cell, offset, limit } = columns[index] as Column;
      const resetAfterMs = cell.charge(this.#words, this.#at + offset, this.#now, cost);
      states[index] = { name, limit, remaining: Math.max(0, limit - cost - (used[index] as number)), resetAfterMs };
    }
    return states;
  }

  /** Gives back what was charged to each limit. */
  refund(charges: readonly Charge[]): void {
    for (const [index, { cell, offset }] of this.#columns.entries()) {
      cell.refund(this.#words, this.#at + offset, this.#now, charges[index] as Charge);
    }
  }
}
