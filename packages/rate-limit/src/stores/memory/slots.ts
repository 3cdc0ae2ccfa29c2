import type { Fingerprint } from "./hash.ts";

export const slotsPerBucket = 8;
/** This many buckets have one shared slot between them. */
const bucketsPerShared = 8;

/** The most buckets of slots `width` words wide that fit into `bytes`; at least one, or nothing would be counted. */
export function bucketsIn(bytes: number, width: number): number {
  const perBucket = 4 * (slotsPerBucket * (1 + width) + width / bucketsPerShared);
  // One shared slot more than the division yields, because it may leave a part of one.
  return Math.max(1, Math.floor((bytes - 4 * width) / perBucket));
}

/**
 * Buckets of eight slots in two typed arrays: the low halves of the keys' fingerprints, which are all that a search reads
 * of other keys, and the words of each slot: the high half, then what is counted. A key may lie in either of two buckets.
 */
export class Slots {
  readonly buckets: number;
  /** Words of a slot. */
  readonly width: number;
  /** How many slots belong to one key; shared ones follow. */
  readonly count: number;
  readonly words: Int32Array<ArrayBuffer>;
  /** 0 for an empty slot. */
  readonly #lows: Int32Array<ArrayBuffer>;

  constructor(buckets: number, width: number) {
    this.buckets = buckets;
    this.width = width;
    this.count = buckets * slotsPerBucket;
    this.words = new Int32Array((this.count + Math.ceil(buckets / bucketsPerShared)) * width);
    this.#lows = new Int32Array(this.count);
  }

  get bytes(): number {
    return this.#lows.byteLength + this.words.byteLength;
  }

  /** Frees the memory now, not with the next garbage collection: the cap holds for memory, not for what is in use. */
  free(): void {
    this.#lows.buffer.transfer(0);
    this.words.buffer.transfer(0);
  }

  /** First slots of the two buckets of a key. */
  bucketsOf({ high, low }: Fingerprint): readonly [number, number] {
    return [this.#bucket(high), this.#bucket(low)];
  }

  fingerprintOf(slot: number): Fingerprint {
    return { high: this.words[slot * this.width] as number, low: this.#lows[slot] as number };
  }

  /** The slot of a key, or -1. */
  find({ high, low }: Fingerprint): number {
    const slot = this.#findIn(this.#bucket(high), high, low);
    return slot >= 0 ? slot : this.#findIn(this.#bucket(low), high, low);
  }

  /** How many slots of a bucket are empty. */
  empties(first: number): number {
    let count = 0;
    for (let slot = first; slot < first + slotsPerBucket; slot += 1) if (this.#lows[slot] === 0) count += 1;
    return count;
  }

  /** An empty slot in a bucket for a key, or -1. */
  emptyIn(first: number, { low }: Fingerprint): number {
    for (let step = 0; step < slotsPerBucket; step += 1) {
      const slot = this.#slotAt(first, low, step);
      if (this.#lows[slot] === 0) return slot;
    }
    return -1;
  }

  /** The slot of the keys that have none of their own because both their buckets are full. */
  sharedSlot({ high }: Fingerprint): number {
    return this.count + Math.floor(this.#bucket(high) / slotsPerBucket / bucketsPerShared);
  }

  /** Gives a slot to a key, which has counted nothing yet. */
  claim(slot: number, { high, low }: Fingerprint): number {
    this.#lows[slot] = low;
    this.words.fill(0, slot * this.width, (slot + 1) * this.width);
    this.words[slot * this.width] = high;
    return slot;
  }

  /** Copies the words of a slot of `from`. By the word: a `subarray` per slot would be more garbage than the table. */
  copy(from: Slots, slot: number, to: number): void {
    const { width } = this;
    for (let word = 0; word < width; word += 1) {
      this.words[to * width + word] = from.words[slot * width + word] as number;
    }
  }

  /** First slot of the bucket that one half of a fingerprint selects. */
  #bucket(half: number): number {
    return Math.floor((half >>> 0) * (this.buckets / 2 ** 32)) * slotsPerBucket;
  }

  /**
   * The `step`-th slot of a bucket to look at for a key. The first is given by the fingerprint, so that most keys are found
   * at once, which a processor predicts better than one of eight places.
   */
  #slotAt(first: number, low: number, step: number): number {
    return first + (((low >> 1) + step) & (slotsPerBucket - 1));
  }

  #findIn(first: number, high: number, low: number): number {
    const lows = this.#lows;
    for (let step = 0; step < slotsPerBucket; step += 1) {
      const slot = this.#slotAt(first, low, step);
      if (lows[slot] === low && this.words[slot * this.width] === high) return slot;
    }
    return -1;
  }
}
