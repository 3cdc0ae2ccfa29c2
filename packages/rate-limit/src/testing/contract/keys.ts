import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { quota } from "../../limits/quota.ts";
import type { StoreContractCase } from "../case.ts";
import { freshKey, handOn, type StoreHarness } from "../harness.ts";

/** Takes the one unit of each key, and fails if two of them share it. */
async function keepsApart(harness: StoreHarness, keys: readonly string[]): Promise<void> {
  const hands = keys.map((key) => handOn(harness, [quota(1, "year")], key));
  for (const hand of hands) {
    assert.equal((await hand.take()).decision.allowed, true, `another key counts for ${JSON.stringify(hand.key)}`);
  }
  for (const hand of hands) assert.equal((await hand.take()).decision.allowed, false, JSON.stringify(hand.key));
  for (const hand of hands) await hand.reset();
  for (const hand of hands) assert.deepEqual(await hand.remaining(), [1], JSON.stringify(hand.key));
}

/** Characters that end, escape or separate something somewhere. */
const odd = [..." \t\r\n\0:;,.|/\\#$%&?*+=~^<>()[]{}'\"`@!-_\u00a0\u200b\u2028\ufeff\u{1f600}"];

/** Keys are told apart, whatever they look like. */
export const keys: readonly StoreContractCase[] = [
  {
    name: "takes keys of any length and script",
    needs: ["quota"],
    run(harness) {
      const base = freshKey();
      const long = `${base}${"x".repeat(2_000)}`;
      return keepsApart(harness, [
        ...[long, `${long}x`, `y${long}`, `${base}${"x".repeat(20_000)}`],
        ...[`${base}\u00e9`, `${base}e\u0301`, `${base}\u6f22\n`, `${base}${"\u6f22".repeat(700)}`],
        ...Array.from({ length: 12 }, (_, index) => base.padEnd(123 + index, "z")),
        ...(["hex", "base64", "base64url"] as const).map((as) => createHash("sha256").update(long).digest(as)),
      ]);
    },
  },
  {
    name: "keeps keys apart that differ in one character, in its case or in its place",
    needs: ["quota"],
    run(harness) {
      const base = freshKey();
      return keepsApart(harness, [
        ...[base, base.toUpperCase(), `${base}a`, `${base}A`, `${base}aa`],
        ...odd.flatMap((character) => [`${base}${character}`, `${base}${character}a`, `${base}a${character}`]),
      ]);
    },
  },
  {
    name: "takes keys that mean something to JavaScript or to a path",
    needs: ["quota"],
    run(harness) {
      const base = freshKey();
      const words = [
        "__proto__",
        "constructor",
        "toString",
        "null",
        "undefined",
        "0",
        "-1",
        "..",
        "../..",
        "%00",
        "[]",
      ];
      return keepsApart(
        harness,
        words.flatMap((word) => [`${base}:${word}`, `${word}:${base}`]),
      );
    },
  },
];
