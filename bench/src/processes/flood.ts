import { limiters } from "./limiters.ts";

/**
 * Sends keys that are seen once through a limiter, and prints by how much the process has grown and whether a key that
 * was blocked before is still blocked. Run with `--max-old-space-size=100`, the limiter's name and the number of keys.
 */

const keys = Number(process.argv[3]);
const take = limiters[process.argv[2] ?? ""]?.(1, {});
if (take === undefined || !(keys > 0)) throw new Error("usage: node flood.js <limiter> <keys>");

const blocked = "203.0.113.7";
await take(blocked);
const before = process.memoryUsage.rss();
let most = before;
for (let index = 0; index < keys; index += 1) {
  await take(`${Math.random()}`);
  if (index % 50_000 === 0) {
    most = Math.max(most, process.memoryUsage.rss());
    // As a server would now and then: timers and the collector get their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
most = Math.max(most, process.memoryUsage.rss());
console.log(JSON.stringify({ grownBytes: most - before, stillBlocked: !(await take(blocked)) }));
process.exit();
