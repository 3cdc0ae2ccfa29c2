import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Hash } from "./hash.ts";

/** HalfSipHash with any number of rounds, written after its description and on bytes: slow, and another program. */
function reference(key: Uint8Array, message: Uint8Array, rounds: number, lastRounds: number): [number, number] {
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by));
  const [k0, k1] = [view(key).getInt32(0, true), view(key).getInt32(4, true)];
  const v = new Int32Array([k0, k1 ^ 0xee, 0x6c796765 ^ k0, 0x74656462 ^ k1]) as Int32Array & number[];
  const [a, b, c, d] = [0, 1, 2, 3] as const;
  const mix = (to: number, from: number, by: number) => {
    v[to] = Number(v[to]) + Number(v[from]);
    v[from] = rotate(Number(v[from]), by) ^ Number(v[to]);
  };
  const round = () => {
    mix(a, b, 5);
    v[a] = rotate(Number(v[a]), 16);
    mix(c, d, 8);
    mix(a, d, 7);
    mix(c, b, 13);
    v[c] = rotate(Number(v[c]), 16);
  };
  const repeat = (times: number) => {
    for (let turn = 0; turn < times; turn += 1) round();
  };
  const padded = new Uint8Array(Math.floor(message.length / 4) * 4 + 4);
  padded.set(message);
  padded[padded.length - 1] = message.length;
  for (let at = 0; at < padded.length; at += 4) {
    const word = view(padded).getInt32(at, true);
    v[d] = Number(v[d]) ^ word;
    repeat(rounds);
    v[a] = Number(v[a]) ^ word;
  }
  v[c] = Number(v[c]) ^ 0xee;
  repeat(lastRounds);
  const low = Number(v[b]) ^ Number(v[d]);
  v[b] = Number(v[b]) ^ 0xdd;
  repeat(lastRounds);
  return [low, Number(v[b]) ^ Number(v[d])];
}

describe("the hash of keys", () => {
  const key = Uint8Array.from({ length: 8 }, (_, index) => index);

  it("is tested against a reference that yields the published first value of HalfSipHash-2-4", () => {
    const [low, high] = reference(key, new Uint8Array(), 2, 4);
    const bytes = new Uint8Array(new Int32Array([low, high]).buffer);
    expect(Buffer.from(bytes).toString("hex")).toBe("218d1f59b9b83cc8");
  });

  it("is HalfSipHash-1-3 of the text's UTF-16 code units", () => {
    const hash = new Hash([0x03020100, 0x07060504]);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const [low, high] = reference(key, Buffer.from(text, "utf16le"), 1, 3);
        expect(hash.of(text)).toEqual({ low: low | 1, high });
      }),
    );
  });

  it("returns other fingerprints under another key", () => {
    const prints = [new Hash([1, 2]), new Hash([1, 3]), new Hash([2, 2])].map((hash) => hash.of("203.0.113.7"));
    expect(new Set(prints.map(({ high, low }) => `${high} ${low}`)).size).toBe(3);
  });
});
