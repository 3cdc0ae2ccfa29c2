import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const source = new URL("../../", import.meta.url);

/** Runs in a process of its own with a small heap: random keys, with a store or without. */
const script = `
  const { memoryStore } = await import("${new URL("stores/memory/memory-store.ts", source)}");
  const { slidingWindow } = await import("${new URL("limits/sliding-window.ts", source)}");
  const { quota } = await import("${new URL("limits/quota.ts", source)}");
  // Node keeps a buffer of its own from the first random number on, with a store or without.
  crypto.getRandomValues(new Int32Array(2));
  const limits = [slidingWindow(10, "1s"), quota(3, "day")];
  const now = Date.UTC(2026, 0, 1);
  const store = process.argv[1] === "store" ? memoryStore() : undefined;
  const take = (key) => store?.takeSync({ key, cost: 1, now, limits }).allowed ?? key.length > 1;
  const blocked = Array.from({ length: 1_000 }, (_, index) => "blocked " + index);
  for (let times = 0; times < 3; times += 1) for (const key of blocked) take(key);
  let admitted = 0;
  let most = 0;
  for (let count = 0; count < 5_000_000; count += 1) {
    if (take(Math.random().toString(36))) admitted += 1;
    if (count % 100_000 === 0) most = Math.max(most, process.memoryUsage.rss());
  }
  const stillBlocked = blocked.filter((key) => !take(key)).length;
  console.log(JSON.stringify({ admitted, stillBlocked, most, buffers: process.memoryUsage().arrayBuffers }));
`;

async function flood(
  mode: "store" | "none",
): Promise<Record<"admitted" | "stillBlocked" | "most" | "buffers", number>> {
  const flags = ["--max-old-space-size=100", "--conditions=@midguard/source", "--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, mode]);
  return JSON.parse(stdout);
}

// Again if it fails: when the collector runs, and so how far the processes grow, depends on the machine too.
describe("five million random keys in a heap of 100 MB", () => {
  it("take no more memory than the cap, and free no key that is over its limit", {
    timeout: 120_000,
    retry: 2,
  }, async () => {
    const [stored, bare] = await Promise.all([flood("store"), flood("none")]);
    expect(stored).toMatchObject({ admitted: 5_000_000, stillBlocked: 1_000 });
    // What smaller tables took has been given back.
    expect(stored.buffers - bare.buffers).toBeLessThanOrEqual(4_194_304);
    expect((stored.most - bare.most) / 1_048_576).toBeLessThan(4 + 10);
  });
});
