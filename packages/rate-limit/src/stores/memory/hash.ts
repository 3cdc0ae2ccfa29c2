/** A key of the hash: 64 secret bits. */
export type HashKey = readonly [number, number];

/** A key that nobody can guess. From the global `crypto`: to import `node:crypto` takes 3 ms, used or not. */
export function randomHashKey(): HashKey {
  const [key0 = 0, key1 = 0] = crypto.getRandomValues(new Int32Array(2));
  return [key0, key1];
}

/**
 * HalfSipHash-1-3 with 64 bits out, of a text's UTF-16 code units (https://github.com/veorq/SipHash). Keyed, since keys
 * come from clients: who knew the hash could pick keys that fall on a victim's. The bits stand for the key itself:
 * among 200,000 keys, one new key is taken for another with a probability of 2e-14.
 */
export class Hash {
  /** The 64 bits of the last `update`: read at once instead of returned, so that nothing is allocated. */
  high = 0;
  /** Always odd, since 0 is how a table says that there is no key. */
  low = 1;
  // Numbers from the start: a field that once was undefined may hold anything, and the loop would check what it computes
  // with each time, which takes as long again.
  readonly #key0: number = 0;
  readonly #key1: number = 0;

  constructor([key0, key1]: HashKey) {
    this.#key0 = key0;
    this.#key1 = key1;
  }

  update(text: string): void {
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
    // A round for what is left over with the length, and three to finish each half. The same lines again, because one
    // loop for both would ask each time where it is, and a call could not give four numbers back.
    let word = (length << 25) | (even < length ? text.charCodeAt(even) : 0);
    for (let step = 0; step < 7; step += 1) {
      if (step === 1) v2 ^= 0xee;
      else if (step === 4) {
        this.low = (v1 ^ v3) | 1;
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
    this.high = v1 ^ v3;
  }
}
