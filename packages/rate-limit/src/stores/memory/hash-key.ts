import type { HashKey } from "./hash.ts";

/** The system's own source of random bytes; Lambda's Linux has it. */
const randomDevice = "/dev/urandom";

function readWords(device: string): Int32Array {
  // Already loaded by Node itself, whereas an import of it takes 6 ms: it also loads all that `node:fs` loads on demand.
  const { closeSync, openSync, readSync } = process.getBuiltinModule("node:fs");
  const words = new Int32Array(2);
  const file = openSync(device, "r");
  try {
    readSync(file, words);
    return words;
  } finally {
    closeSync(file);
  }
}

/**
 * A hash key for one store: 64 random bits that no client can guess, so that none can construct keys that collide.
 *
 * They come from the system's random device, which also seeds `crypto`: the first use of web crypto takes 7 to 8 ms of a
 * cold start, reading the device 0.1 ms.
 *
 * Call it at the first request, not at construction: environments restored from one snapshot (SnapStart) would share a
 * key made before. The key is good for a hash table only, not for tokens, signatures or encryption.
 *
 * @see https://man7.org/linux/man-pages/man4/urandom.4.html
 */
export function createHashKey(device: string = randomDevice): HashKey {
  let words: Int32Array;
  try {
    words = readWords(device);
  } catch {
    // Windows has no such device, and Node before 22.3 no `getBuiltinModule`.
    words = crypto.getRandomValues(new Int32Array(2));
  }
  const [key0 = 0, key1 = 0] = words;
  return [key0, key1];
}
