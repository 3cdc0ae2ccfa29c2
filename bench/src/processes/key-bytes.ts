import { limiters } from "./limiters.ts";

/** Prints how many bytes a limiter keeps for each of a million keys. Run with `--expose-gc`, and the limiter's name. */

const keys = 1_000_000;
const take = limiters[process.argv[2] ?? ""]?.(1_000_000, { maxBytes: 256 * 2 ** 20 });
if (take === undefined || globalThis.gc === undefined)
  throw new Error("usage: node --expose-gc key-bytes.js <limiter>");

function inUse(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

await take("warm up");
const before = inUse();
for (let index = 0; index < keys; index += 1) {
  const address = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
  if (!(await take(address))) throw new Error(`${address} was rejected`);
}
const bytes = (inUse() - before) / keys;
// Every key is still there: the second take of each is counted on top of the first, which only the limiter can tell.
console.log(JSON.stringify({ bytes }));
process.exit();
