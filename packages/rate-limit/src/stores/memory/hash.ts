import { randomBytes } from "node:crypto";

/** A key of the hash: 64 secret bits. */
export type HashKey = readonly [number, number];

/** A key that nobody can guess. */
export function randomHashKey(): HashKey {
  const bytes = randomBytes(8);
  return [bytes.readInt32LE(0), bytes.readInt32LE(4)];
}

/** The 64 bits of the last `update`: read at once instead of returned, so that nothing is allocated. */
export interface Hash {
  high: number;
  low: number;
  update(text: string): void;
}

/**
 * HalfSipHash-1-3 with 64 bits out, of a text's UTF-16 code units (https://github.com/veorq/SipHash). Keyed, since keys
 * come from clients: who knew the hash could pick keys that fall on a victim's. 64 bits stand for the key itself: among
 * 200,000 keys, one new key is taken for another with a probability of 1e-14.
 */
export function createHash([key0, key1]: HashKey): Hash {
  function update(this: Hash, text: string): void {
    let v0 = key0;
    let v1 = key1 ^ 0xee;
    let v2 = 0x6c796765 ^ key0;
    let v3 = 0x74656462 ^ key1;
    const { length } = text;
    const even = length & ~1;
    // One round for every two code units, one for what is left over with the length, three to finish each half.
    for (let at = 0; at <= even + 12; at += 2) {
      let word = 0;
      if (at < even) word = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
      else if (at === even) word = ((length * 2) << 24) | (even < length ? text.charCodeAt(even) : 0);
      else if (at === even + 2) v2 ^= 0xee;
      else if (at === even + 8) {
        this.low = v1 ^ v3;
        v1 ^= 0xdd;
      }
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    this.high = v1 ^ v3;
  }
  return { high: 0, low: 0, update };
}
