import type { Cell } from "./cells/cell.ts";
import type { Fingerprint } from "./hash.ts";
import { bucketsIn, Slots, slotsPerBucket } from "./slots.ts";

/** One limit of a table's keys: its name, what it may hold, how it counts, and where in a slot. */
export interface Column {
  readonly name: string;
  readonly limit: number;
  readonly cell: Cell;
  readonly offset: number;
}

/** Where a key without a slot may go: into a free slot, into that of the least used key, or into a shared one. */
export interface Placement {
  readonly slot: number;
  readonly kind: "free" | "evicts" | "shared";
}

/** How many words one slot of these columns takes. */
export function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { cell }) => sum + cell.words, 1);
}

/**
 * The counts of all keys with the same windows. Nothing is ever removed: a slot is free again when all its limits are.
 * A key over its limit is never evicted, or a flood of other keys would free it.
 */
export class Table {
  slots: Slots;
  /** Of the limits that were counted last: their numbers can change. */
  columns: readonly Column[];
  /** When it was last used, in epoch ms: the table unused for longest is dropped first. */
  usedAt = 0;
  /** Whether it was dropped, and its memory with it. */
  dropped = false;
  /** Whether it cannot grow until the share of other tables changes. */
  full = false;

  constructor(columns: readonly Column[], buckets: number) {
    this.columns = columns;
    this.slots = new Slots(buckets, widthOf(columns));
  }

  get buckets(): number {
    return this.slots.buckets;
  }

  get bytes(): number {
    return this.slots.bytes;
  }

  /** The most buckets that fit into `bytes`. */
  bucketsIn(bytes: number): number {
    return bucketsIn(bytes, this.slots.width);
  }

  /**
   * Where a key without a slot may go. It prefers an empty slot of its first bucket, where `find` looks first, unless
   * that bucket is filling up and the other is emptier.
   */
  place(key: Fingerprint, now: number): Placement {
    const { slots } = this;
    const [one, other] = slots.bucketsOf(key);
    const room = slots.empties(one);
    const empty = slots.emptyIn(room > 2 || room >= slots.empties(other) ? one : other, key);
    return empty >= 0 ? { slot: empty, kind: "free" } : this.#placeAmong(key, now);
  }

  /** Gives a key the slot of its placement. */
  claim({ slot, kind }: Placement, key: Fingerprint): number {
    return kind === "shared" ? slot : this.slots.claim(slot, key);
  }

  /**
   * A slot for a key whose placement is not free: that of a key which can move to its other bucket; -1 if none can. So a
   * table is nearly full before it must grow.
   */
  vacate(key: Fingerprint): number {
    const { slots } = this;
    for (const first of slots.bucketsOf(key)) {
      for (let slot = first; slot < first + slotsPerBucket; slot += 1) {
        const own = slots.fingerprintOf(slot);
        const [one, other] = slots.bucketsOf(own);
        const to = slots.emptyIn(one === first ? other : one, own);
        if (to < 0) continue;
        slots.claim(to, own);
        slots.copy(slots, slot, to);
        return slots.claim(slot, key);
      }
    }
    return -1;
  }

  /** The shared slot that a key without one of its own would be counted in now; -1 if it would get one. */
  findShared(key: Fingerprint, now: number): number {
    if (!this.full) return -1;
    const { slot, kind } = this.place(key, now);
    return kind === "shared" ? slot : -1;
  }

  /** Forgets what a key has counted. */
  clear(key: Fingerprint): void {
    const slot = this.slots.find(key);
    if (slot >= 0) this.slots.claim(slot, key);
  }

  /** Changes the number of buckets. If some live keys do not fit any more, the least used are lost. */
  resize(buckets: number, now: number): void {
    const old = this.slots;
    this.slots = new Slots(buckets, old.width);
    for (let slot = 0; slot < old.count; slot += 1) {
      if (this.#usage(old, slot, now, Number.MIN_VALUE) === 0) continue;
      const key = old.fingerprintOf(slot);
      const placement = this.place(key, now);
      let to = placement.kind === "free" ? -1 : this.vacate(key);
      if (to < 0) to = this.claim(placement, key);
      this.slots.copy(old, slot, to);
    }
    old.free();
  }

  /** Gives the table up for good: its users must open another. */
  drop(): void {
    this.dropped = true;
    this.slots.free();
  }

  /** The slot of the least used key in both buckets, or the shared one if all of them are over a limit. */
  #placeAmong(key: Fingerprint, now: number): Placement {
    const { slots } = this;
    let least = -1;
    let usage = 1;
    for (const first of slots.bucketsOf(key)) {
      for (let slot = first; slot < first + slotsPerBucket && usage > 0; slot += 1) {
        const own = this.#usage(slots, slot, now, usage);
        if (own >= usage) continue;
        usage = own;
        least = slot;
      }
    }
    if (least < 0) return { slot: slots.sharedSlot(key), kind: "shared" };
    return { slot: least, kind: usage === 0 ? "free" : "evicts" };
  }

  /**
   * The largest share that a slot's key has used of a limit: 0 if its time is over, 1 if it is at its limit. Stops early
   * once it reaches `enough`.
   */
  #usage({ words, width }: Slots, slot: number, now: number, enough: number): number {
    let usage = 0;
    for (let index = 0; index < this.columns.length && usage < enough; index += 1) {
      const { cell, offset, limit } = this.columns[index] as Column;
      usage = Math.max(usage, cell.roll(words, slot * width + offset, now) / limit);
    }
    return usage;
  }
}
