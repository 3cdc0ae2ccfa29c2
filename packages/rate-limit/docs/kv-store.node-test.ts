import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { storeContract, storeProperties } from "@midguard/rate-limit/testing";
import fc from "fast-check";
import { kvStore } from "./kv-store.ts";

const server = spawn(process.execPath, [join(import.meta.dirname, "kv-server.ts")]);
let url = "";

before(async () => {
  const [printed] = await once(server.stdout, "data");
  url = String(printed).trim();
});
after(() => server.kill());

for (const { name, run } of [...storeContract, ...storeProperties(fc, { numRuns: 10 })]) {
  test(name, async () => {
    let now = Date.now();
    await run({
      store: kvStore(url),
      others: [kvStore(url), kvStore(url)],
      now: () => now,
      advance: async (ms) => {
        now += ms;
      },
    });
  });
}
