import { setTimeout as sleep } from "node:timers/promises";
import { limiters } from "./limiters.ts";

/** The output of the process. */
export interface Flooded {
  /** Its largest growth. */
  readonly grownBytes: number;
  /** Keys that were blocked before, and let in again after the flood. */
  readonly letIn: number;
  /** Keys of the flood that were turned away, though they came for the first time. */
  readonly turnedAway: number;
}

/** Sends keys that are seen once through a limiter. Run with its name and the number of keys. */

const longestRunMs = 120_000;
const keys = Number(process.argv[3]);
const limit = 10;
const limiter = limiters[process.argv[2] ?? ""]?.(limit);
if (limiter === undefined || !(keys > 0)) throw new Error("usage: node flood.js <limiter> <keys>");
const { take, allowed } = limiter;

// A key is rightly let in again after its window, and windows end on the hour: none may end in the middle of the run.
const hourMs = 3_600_000;
const leftMs = hourMs - (Date.now() % hourMs);
if (leftMs < longestRunMs) await sleep(leftMs);

const blocked = Array.from({ length: 100 }, (_, index) => `203.0.113.${index}`);
for (const key of blocked) for (let taken = 0; taken < limit; taken += 1) await take(key);
const before = process.memoryUsage.rss();
let most = before;
let turnedAway = 0;
for (let index = 0; index < keys; index += 1) {
  if (!allowed(await take(`${Math.random()}`))) turnedAway += 1;
  // Requests are tasks of their own. The collector keeps the garbage of a task until the task ends.
  if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  if (index % 50_000 === 0) most = Math.max(most, process.memoryUsage.rss());
}
most = Math.max(most, process.memoryUsage.rss());
let letIn = 0;
for (const key of blocked) if (allowed(await take(key))) letIn += 1;
const flooded: Flooded = { grownBytes: most - before, letIn, turnedAway };
console.log(JSON.stringify(flooded));
process.exit();
