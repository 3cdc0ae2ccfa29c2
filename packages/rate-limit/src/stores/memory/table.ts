import type { Cell } from "./cell.ts";

/** One limit of a table's keys: its name, what it may hold, how it counts, and where in a slot. */
export interface Column {
  readonly name: string;
  readonly limit: number;
  readonly cell: Cell;
  readonly offset: number;
}

const slotsPerBucket = 8;
const fingerprintWords = 2;
/** So many buckets have one shared slot among them. */
const bucketsPerShared = 8;

/** Gives memory back now, not with the next garbage collection: the cap is one of memory, not of what is in use. */
function free(arrays: {
  readonly fingerprints: Int32Array<ArrayBuffer>;
  readonly state: Uint32Array<ArrayBuffer>;
}): void {
  arrays.fingerprints.buffer.transfer(0);
  arrays.state.buffer.transfer(0);
}

/** How many words one slot of these columns takes, without its fingerprint. */
export function wordsOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { cell }) => sum + cell.words, 0);
}

/**
 * A hash table of counts in two typed arrays: the 64-bit fingerprint of each key, and its words. A key may lie in
 * either of two buckets of eight slots, so the table fills up well before both are full. Nothing is ever removed:
 * a slot is free again when its limits are full again.
 */
export class Table {
  readonly words: number;
  buckets: number;
  state: Uint32Array<ArrayBuffer>;
  /** When it was last used, for whoever must choose which table to give up. */
  usedAt = 0;
  /** Whether it was given up, and its memory with it. */
  dropped = false;
  /** Cannot grow, until the share of others changes. */
  full = false;
  /** Of the newest limits that counted here: what they may hold can change. */
  columns: readonly Column[];
  /** A key's 64 bits, low half first; 0 for an empty slot. */
  #fingerprints: Int32Array<ArrayBuffer>;
  /** What `place` has found on its way. */
  #victim = -1;
  #leastUsage = 1;

  constructor(columns: readonly Column[], buckets: number) {
    this.columns = columns;
    this.words = wordsOf(columns);
    this.buckets = buckets;
    this.#fingerprints = new Int32Array(buckets * slotsPerBucket * fingerprintWords);
    this.state = new Uint32Array(this.#stateWords(buckets));
  }

  #stateWords(buckets: number): number {
    return (buckets * slotsPerBucket + Math.ceil(buckets / bucketsPerShared)) * this.words;
  }

  get bytes(): number {
    return this.#fingerprints.byteLength + this.state.byteLength;
  }

  /** The most buckets that fit into so many bytes, but one at least: without any, nothing would be counted. */
  bucketsIn(bytes: number): number {
    const perBucket = 4 * (slotsPerBucket * (fingerprintWords + this.words) + this.words / bucketsPerShared);
    // One shared slot more than the division says, since there is no part of one.
    return Math.max(1, Math.floor((bytes - 4 * this.words) / perBucket));
  }

  /** First slot of the bucket that one half of a fingerprint picks. */
  #bucket(half: number): number {
    return Math.floor((half >>> 0) * (this.buckets / 2 ** 32)) * slotsPerBucket;
  }

  #findIn(first: number, high: number, low: number): number {
    const fingerprints = this.#fingerprints;
    for (let slot = first; slot < first + slotsPerBucket; slot += 1) {
      if (fingerprints[slot * 2] === low && fingerprints[slot * 2 + 1] === high) return slot;
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
    const empty = this.#findIn(room > 2 || room >= this.#empties(other) ? one : other, 0, 0);
    if (empty >= 0) return this.#assign(empty, high, low);
    this.#victim = -1;
    this.#leastUsage = 1;
    this.#weigh(one, now);
    this.#weigh(other, now);
    return this.#leastUsage === 0 ? this.#assign(this.#victim, high, low) : -1;
  }

  /**
   * A slot for a key that `place` has just found no room for: that of the least used key, or the shared one where all
   * of them are over a limit. A key over its limit is never pushed out: else a flood of other keys would free it.
   */
  evict(high: number, low: number): number {
    if (this.#victim >= 0) return this.#assign(this.#victim, high, low);
    const group = Math.floor(this.#bucket(high) / slotsPerBucket / bucketsPerShared);
    return this.buckets * slotsPerBucket + group;
  }

  /** Forgets what a key has counted. */
  clear(high: number, low: number): void {
    const slot = this.find(high, low);
    if (slot >= 0) this.state.fill(0, slot * this.words, (slot + 1) * this.words);
  }

  /** Moves the live keys to a table of another size; of those that do not fit any more, the least used are lost. */
  resize(buckets: number, now: number): void {
    const old = { fingerprints: this.#fingerprints, state: this.state, slots: this.buckets * slotsPerBucket };
    this.buckets = buckets;
    this.#fingerprints = new Int32Array(buckets * slotsPerBucket * fingerprintWords);
    this.state = new Uint32Array(this.#stateWords(buckets));
    for (let slot = 0; slot < old.slots; slot += 1) {
      if (this.#usage(old.state, slot, now, Number.MIN_VALUE) === 0) continue;
      const low = old.fingerprints[slot * 2] as number;
      const high = old.fingerprints[slot * 2 + 1] as number;
      let to = this.place(high, low, now);
      if (to < 0) to = this.evict(high, low);
      this.state.set(old.state.subarray(slot * this.words, (slot + 1) * this.words), to * this.words);
    }
    free(old);
  }

  /** Gives it up for good: whoever still holds it asks for another. */
  drop(): void {
    this.dropped = true;
    free({ fingerprints: this.#fingerprints, state: this.state });
  }

  #empties(first: number): number {
    let count = 0;
    for (let at = first * 2; at < (first + slotsPerBucket) * 2; at += 2) {
      if (this.#fingerprints[at] === 0 && this.#fingerprints[at + 1] === 0) count += 1;
    }
    return count;
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
  #usage(state: Uint32Array, slot: number, now: number, enough: number): number {
    let usage = 0;
    for (let index = 0; index < this.columns.length && usage < enough; index += 1) {
      const { cell, offset, limit } = this.columns[index] as Column;
      const at = slot * this.words + offset;
      cell.roll(state, at, now);
      usage = Math.max(usage, cell.used(state, at, now) / limit);
    }
    return usage;
  }

  #assign(slot: number, high: number, low: number): number {
    this.#fingerprints[slot * 2] = low;
    this.#fingerprints[slot * 2 + 1] = high;
    this.state.fill(0, slot * this.words, (slot + 1) * this.words);
    return slot;
  }
}
