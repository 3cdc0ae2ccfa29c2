import { setTimeout as sleep } from "node:timers/promises";
import { connectionOf } from "@midguard/kernel/stores";
import { hasRedisServer, type RedisServer, startRedisServer } from "@midguard/local-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clusterClients, singleClients, type TestClient } from "../../../fixtures/redis-clients.ts";
import { ask, scriptRuns, startRedisCluster } from "../../../fixtures/redis-server.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import type { RateLimitStore } from "../../store/store.ts";
import { storeContract } from "../../testing/index.ts";
import { createScriptStore } from "./script-store.ts";

const { signal } = new AbortController();

/** Cases that wait for the server's clock: all at once. */
async function runContract(store: RateLimitStore, other: RateLimitStore): Promise<void> {
  const known = storeContract.filter(({ needs }) => !needs.includes("caller-clock"));
  const harness = { store, others: [other], clock: "store" } as const;
  const cases = known.map(async ({ name, run }) => {
    try {
      await run({ ...harness, now: Date.now, advance: (ms) => sleep(ms) });
    } catch (error) {
      throw new Error(name, { cause: error });
    }
  });
  await Promise.all(cases);
}

const setups: readonly [string, readonly TestClient[], () => Promise<RedisServer>][] = [
  ["one server", singleClients, startRedisServer],
  ["a cluster", clusterClients, startRedisCluster],
];

describe.runIf(hasRedisServer()).each(setups)("redisStore on %s", (_kind, clients, start) => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  describe.each(clients)("with $name", ({ open }) => {
    let store: RateLimitStore;
    let other: RateLimitStore;
    let close: () => void;
    beforeAll(async () => {
      // Each client meets a server without the script.
      ask(server, "SCRIPT", "FLUSH");
      const opened = await open(server.port);
      ({ close } = opened);
      const connection = connectionOf("test", opened.client);
      // Stores that ask for every request: the others would be looked at again after 30 s, by the server's clock.
      [store, other] = [createScriptStore(connection), createScriptStore(connection)];
      await store.connect?.();
      await store.connect?.();
    });
    afterAll(() => close());

    // Again if the machine stalls for longer than a bucket takes to refill.
    test("passes the store contract", { retry: 2, timeout: 60_000 }, () => runContract(store, other));

    test("sends nothing for a signal that has aborted", async () => {
      const runs = scriptRuns(server);
      const request = { key: "aborted", cost: 1, now: Date.now(), limits: [slidingWindow(1, "1s")] };
      const reason = new Error("too late");
      await expect(store.take(request, AbortSignal.abort(reason))).rejects.toBe(reason);
      await expect(store.reset("aborted", AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(scriptRuns(server)).toBe(runs);
    });

    test("gives up when the signal aborts, though the server hangs", async () => {
      server.pause();
      try {
        const request = { key: "hangs", cost: 1, now: Date.now(), limits: [slidingWindow(1, "1s")] };
        const reason = new Error("too late");
        const aborting = new AbortController();
        const taken = store.take(request, aborting.signal);
        setTimeout(() => aborting.abort(reason), 50);
        await expect(taken).rejects.toBe(reason);
      } finally {
        server.resume();
      }
      await expect(
        store.peek({ key: "other", now: 0, limits: [slidingWindow(1, "1s")] }, signal),
      ).resolves.toHaveLength(1);
    });
  });
});
