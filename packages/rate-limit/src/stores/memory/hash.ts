/** A key of the hash: 64 secret bits. */
export type HashKey = readonly [number, number];

/** 64 bits that stand for a key. */
export interface Fingerprint {
  readonly high: number;
  /** Always odd: a table marks an empty slot with 0. */
  readonly low: number;
}

/**
 * HalfSipHash-1-3 with 64 bits of output, of a text's UTF-16 code units (https://github.com/veorq/SipHash). Keyed,
 * because keys come from clients: with a known hash they could choose keys that collide with a victim's. The bits stand
 * for the key itself: among 200,000 keys, a new key is mistaken for another with a probability of 2e-14.
 */
export class Hash {
  // Numbers from the start: a field that once was undefined makes V8 check types in the loop, which doubles its time.
  readonly #key0: number = 0;
  readonly #key1: number = 0;

  constructor([key0, key1]: HashKey) {
    this.#key0 = key0;
    this.#key1 = key1;
  }

  /** The fingerprint of a text. */
  of(text: string): Fingerprint {
    let v0 = this.#key0;
    let v1 = this.#key1 ^ 0xee;
    let v2 = 0x6c796765 ^ this.#key0;
    let v3 = 0x74656462 ^ this.#key1;
    const { length } = text;
    const even = length & ~1;
    for (let at = 0; at < even; at += 2) {
      const word = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
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
    // A round for the rest of the text and its length, then three to finish each half. The lines are repeated, because
    // one loop for both would branch in each round, and a function cannot return four numbers without allocating.
    let low = 1;
    let word = (length << 25) | (even < length ? text.charCodeAt(even) : 0);
    for (let step = 0; step < 7; step += 1) {
      if (step === 1) v2 ^= 0xee;
      else if (step === 4) {
        low = (v1 ^ v3) | 1;
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
      word = 0;
    }
    return { high: v1 ^ v3, low };
  }
}
