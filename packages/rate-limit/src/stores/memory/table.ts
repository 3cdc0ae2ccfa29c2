import type { Cell } from "./cell.ts";

/** One limit of a table's keys: its name, what it may hold, how it counts, and where in a slot. */
export interface Column {
  readonly name: string;
  readonly limit: number;
  readonly cell: Cell;
  readonly offset: number;
}

const slotsPerBucket = 8;
/** So many buckets have one shared slot among them. */
const bucketsPerShared = 8;

/** Gives memory back now, not with the next garbage collection: the cap is one of memory, not of what is in use. */
function free(...arrays: readonly Int32Array<ArrayBuffer>[]): void {
  for (const array of arrays) array.buffer.transfer(0);
}

/** How many words one slot of these columns takes. */
export function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { cell }) => sum + cell.words, 1);
}

/**
 * A hash table of counts in two typed arrays: one half of each key's 64-bit fingerprint, which is all that a search reads
 * of the other keys, and beside it the other half and what is counted. A key may lie in either of two buckets of eight
 * slots, so the table fills up well before both are full. Nothing is ever removed: a slot is free again when its limits
 * are full again.
 */
export class Table {
  buckets = 0;
  /** Words of a slot. */
  readonly width: number = 0;
  /** The slots: the high half of the key's fingerprint, then the words of each limit. */
  state: Int32Array<ArrayBuffer>;
  /** The low halves, which are never 0; 0 for an empty slot. */
  #lows: Int32Array<ArrayBuffer>;
  /** When it was last used, for whoever must choose which table to give up. */
  usedAt = 0;
  /** Whether it was given up, and its memory with it. */
  dropped = false;
  /** Cannot grow, until the share of others changes. */
  full = false;
  /** Of the newest limits that counted here: what they may hold can change. */
  columns: readonly Column[];
  /** What `place` has found on its way. */
  #victim = -1;
  #leastUsage = 1;

  constructor(columns: readonly Column[], buckets: number) {
    this.columns = columns;
    this.width = widthOf(columns);
    this.buckets = buckets;
    this.#lows = new Int32Array(buckets * slotsPerBucket);
    this.state = new Int32Array(this.#stateWords(buckets));
  }

  #stateWords(buckets: number): number {
    return (buckets * slotsPerBucket + Math.ceil(buckets / bucketsPerShared)) * this.width;
  }

  get bytes(): number {
    return this.#lows.byteLength + this.state.byteLength;
  }

  /** The most buckets that fit into so many bytes, but one at least: without any, nothing would be counted. */
  bucketsIn(bytes: number): number {
    const perBucket = 4 * (slotsPerBucket * (1 + this.width) + this.width / bucketsPerShared);
    // One shared slot more than the division says, since there is no part of one.
    return Math.max(1, Math.floor((bytes - 4 * this.width) / perBucket));
  }

  /** First slot of the bucket that one half of a fingerprint picks. */
  #bucket(half: number): number {
    return Math.floor((half >>> 0) * (this.buckets / 2 ** 32)) * slotsPerBucket;
  }

  /**
   * The `step`-th slot of a bucket to look at for a key. It begins where the key's fingerprint says, so that most keys are
   * found at first sight, which a processor foresees better than one of eight places.
   */
  #slotAt(first: number, low: number, step: number): number {
    return first + (((low >> 1) + step) & (slotsPerBucket - 1));
  }

  #findIn(first: number, high: number, low: number): number {
    const lows = this.#lows;
    for (let step = 0; step < slotsPerBucket; step += 1) {
      const slot = this.#slotAt(first, low, step);
      if (lows[slot] === low && this.state[slot * this.width] === high) return slot;
    }
    return -1;
  }

  /** The slot of a key, or -1. */
  find(high: number, low: number): number {
    const slot = this.#findIn(this.#bucket(high), high, low);
    return slot >= 0 ? slot : this.#findIn(this.#bucket(low), high, low);
  }

  /**
   * A free slot for a key that has none: an empty one, or that of a key whose time is over. It is one of the first bucket,
   * where `find` looks first, unless that is filling up and the other is emptier. -1 where both are full of live keys.
   */
  place(high: number, low: number, now: number): number {
    const one = this.#bucket(high);
    const other = this.#bucket(low);
    const room = this.#empties(one);
    const empty = this.#emptyIn(room > 2 || room >= this.#empties(other) ? one : other, low);
    if (empty >= 0) return this.#assign(empty, high, low);
    this.#weighBoth(one, other, now);
    return this.#leastUsage === 0 ? this.#assign(this.#victim, high, low) : -1;
  }

  /**
   * A slot for a key that `place` has found no room for: that of a key which can move to its other bucket; -1 where none
   * can. So a table is nearly full before it must grow.
   */
  vacate(high: number, low: number): number {
    const { width } = this;
    for (const first of [this.#bucket(high), this.#bucket(low)]) {
      for (let slot = first; slot < first + slotsPerBucket; slot += 1) {
        const own = this.#lows[slot] as number;
        const one = this.#bucket(this.state[slot * width] as number);
        const to = this.#emptyIn(one === first ? this.#bucket(own) : one, own);
        if (to < 0) continue;
        this.#lows[to] = own;
        this.state.copyWithin(to * width, slot * width, (slot + 1) * width);
        return this.#assign(slot, high, low);
      }
    }
    return -1;
  }

  /**
   * A slot for a key that `place` has just found no room for: that of the least used key, or the shared one where all
   * of them are over a limit. A key over its limit is never pushed out: else a flood of other keys would free it.
   */
  evict(high: number, low: number): number {
    return this.#victim >= 0 ? this.#assign(this.#victim, high, low) : this.#sharedSlot(high);
  }

  /** The shared slot that a key without one of its own would be counted in now; -1 where it would get one. */
  findShared(high: number, low: number, now: number): number {
    if (!this.full) return -1;
    this.#weighBoth(this.#bucket(high), this.#bucket(low), now);
    return this.#victim >= 0 ? -1 : this.#sharedSlot(high);
  }

  #sharedSlot(high: number): number {
    return this.buckets * slotsPerBucket + Math.floor(this.#bucket(high) / slotsPerBucket / bucketsPerShared);
  }

  /** Forgets what a key has counted. */
  clear(high: number, low: number): void {
    const slot = this.find(high, low);
    if (slot >= 0) this.#assign(slot, high, low);
  }

  /** Moves the live keys to a table of another size; of those that do not fit any more, the least used are lost. */
  resize(buckets: number, now: number): void {
    const { width } = this;
    const old = { lows: this.#lows, state: this.state };
    this.buckets = buckets;
    this.#lows = new Int32Array(buckets * slotsPerBucket);
    this.state = new Int32Array(this.#stateWords(buckets));
    for (let slot = 0; slot < old.lows.length; slot += 1) {
      if (this.#usage(old.state, slot, now, Number.MIN_VALUE) === 0) continue;
      const low = old.lows[slot] as number;
      const high = old.state[slot * width] as number;
      let to = this.place(high, low, now);
      if (to < 0) to = this.vacate(high, low);
      if (to < 0) to = this.evict(high, low);
      // By the word: a `subarray` for each slot would be more garbage than the table itself.
      for (let word = 0; word < width; word += 1) {
        this.state[to * width + word] = old.state[slot * width + word] as number;
      }
    }
    free(old.lows, old.state);
  }

  /** Gives it up for good: whoever still holds it asks for another. */
  drop(): void {
    this.dropped = true;
    free(this.#lows, this.state);
  }

  #empties(first: number): number {
    let count = 0;
    for (let slot = first; slot < first + slotsPerBucket; slot += 1) if (this.#lows[slot] === 0) count += 1;
    return count;
  }

  #emptyIn(first: number, low: number): number {
    for (let step = 0; step < slotsPerBucket; step += 1) {
      const slot = this.#slotAt(first, low, step);
      if (this.#lows[slot] === 0) return slot;
    }
    return -1;
  }

  /** Looks for the least used key of two buckets. */
  #weighBoth(one: number, other: number, now: number): void {
    this.#victim = -1;
    this.#leastUsage = 1;
    this.#weigh(one, now);
    this.#weigh(other, now);
  }

  /** Looks for the least used key of a bucket. */
  #weigh(first: number, now: number): void {
    for (let slot = first; slot < first + slotsPerBucket && this.#leastUsage > 0; slot += 1) {
      const usage = this.#usage(this.state, slot, now, this.#leastUsage);
      if (usage >= this.#leastUsage) continue;
      this.#leastUsage = usage;
      this.#victim = slot;
    }
  }

  /**
   * The largest share that a slot's key has used of a limit: 0 for one whose time is over, 1 for one at its limit. Not
   * followed further once it reaches `enough`.
   */
  #usage(state: Int32Array, slot: number, now: number, enough: number): number {
    let usage = 0;
    for (let index = 0; index < this.columns.length && usage < enough; index += 1) {
      const { cell, offset, limit } = this.columns[index] as Column;
      const at = slot * this.width + offset;
      usage = Math.max(usage, cell.roll(state, at, now) / limit);
    }
    return usage;
  }

  #assign(slot: number, high: number, low: number): number {
    this.#lows[slot] = low;
    this.state.fill(0, slot * this.width, (slot + 1) * this.width);
    this.state[slot * this.width] = high;
    return slot;
  }
}
