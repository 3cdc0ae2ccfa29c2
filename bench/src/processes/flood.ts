import { limiters } from "./limiters.ts";

/**
 * Sends keys that are seen once through a limiter, and prints by how much the process has grown at most and whether a key
 * that was blocked before is still blocked. Run with the limiter's name and the number of keys.
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
  // Requests are tasks of their own. What is left by many takes in one task, the collector keeps to the task's end.
  if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  if (index % 50_000 === 0) most = Math.max(most, process.memoryUsage.rss());
}
most = Math.max(most, process.memoryUsage.rss());
console.log(JSON.stringify({ grownBytes: most - before, stillBlocked: !(await take(blocked)) }));
process.exit();
