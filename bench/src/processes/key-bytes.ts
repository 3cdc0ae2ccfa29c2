import { limiters } from "./limiters.ts";

/** Prints how many bytes a limiter keeps for each of many keys, after checking that it has kept them. Run with `--expose-gc`, the limiter's name and the number of keys. */

const keys = Number(process.argv[3]);
const limiter = limiters[process.argv[2] ?? ""]?.(1, { maxBytes: 256 * 2 ** 20 });
if (limiter === undefined || !(keys > 0) || globalThis.gc === undefined) {
  throw new Error("usage: node --expose-gc key-bytes.js <limiter> <keys>");
}
const { take, allowed } = limiter;

function inUse(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

await take("warm up");
const before = inUse();
function address(index: number): string {
  return `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
}
for (let index = 0; index < keys; index += 1) {
  if (!allowed(await take(address(index)))) throw new Error(`${address(index)} was rejected`);
}
const bytes = (inUse() - before) / keys;
for (let index = 0; index < keys; index += 1) {
  if (allowed(await take(address(index)))) throw new Error(`${address(index)} was forgotten`);
}
console.log(JSON.stringify({ bytes }));
process.exit();
