import { setTimeout as sleep } from "node:timers/promises";
import { hasRedisServer, type RedisServer, startRedisServer } from "@midguard/local-services";
import { describe, type ExpectStatic, test, vi } from "vitest";
import { type Load, startLoad } from "../../../fixtures/load.ts";
import { clusterClients, reconnectMs, singleClients, type TestClient } from "../../../fixtures/redis-clients.ts";
import { clusterReady, scriptRuns, startRedisCluster } from "../../../fixtures/redis-server.ts";
import { quota } from "../../limits/quota.ts";
import type { RateLimitStore } from "../../store/store.ts";
import { redisStore } from "./index.ts";

/** Of a busy machine. */
const delayMs = 1_000;

async function withStore(
  { open }: TestClient,
  start: () => Promise<RedisServer>,
  use: (server: RedisServer, store: RateLimitStore) => Promise<void>,
): Promise<void> {
  const server = await start();
  try {
    const { client, close } = await open(server.port);
    const store = redisStore({ client });
    try {
      // Now the server has the script.
      const request = { key: "first", cost: 1, now: Date.now(), limits: [quota(1, "year")] };
      await store.take(request, new AbortController().signal);
      await use(server, store);
    } finally {
      close();
    }
  } finally {
    await server.stop();
  }
}

/** While the store is dead: what came in until the first request timed out, and then one request a second. */
async function expectFewAsks(expect: ExpectStatic, { asks }: Load): Promise<void> {
  await sleep(250 + delayMs);
  const early = asks.length;
  await sleep(2_000);
  expect(asks.length - early).toBeLessThanOrEqual(3);
}

/** Resolves when the store has answered this often since, in the given time. */
async function expectAnswers(expect: ExpectStatic, { answers }: Load, count: number, timeout: number): Promise<void> {
  const before = answers.length;
  await vi.waitFor(() => expect(answers.length - before).toBeGreaterThanOrEqual(count), { timeout, interval: 10 });
}

/** The store answers again, at most a second after the client has had the time to reconnect, and goes on doing so. */
async function expectService(expect: ExpectStatic, load: Load): Promise<void> {
  await expectAnswers(expect, load, 1, reconnectMs + 1_000 + delayMs);
  await expectAnswers(expect, load, 10, 5_000);
}

/** Kills the server under load twice: it is back under load at first, and then when no request is left. */
async function killTwice(expect: ExpectStatic, server: RedisServer, store: RateLimitStore, ready: () => Promise<void>) {
  const load = startLoad(store, "allow");
  await expectAnswers(expect, load, 10, 5_000);
  await server.kill();
  await expectFewAsks(expect, load);
  await server.restart();
  await ready();
  await expectService(expect, load);
  await server.kill();
  await sleep(600);
  await load.stop();
  expect(load.errors).toEqual([]);
  await server.restart();
  await ready();
  await sleep(2 * reconnectMs + delayMs);
  // Every take was sent before, withdrawn, or never queued.
  expect(scriptRuns(server)).toBe(0);
}

describe.runIf(hasRedisServer())("a Redis server that fails under load", () => {
  describe.concurrent.each(singleClients)("with $name", (kind) => {
    test("costs no request when it is killed, serves as soon as it is back, and gets nothing twice", async ({
      expect,
    }) => {
      await withStore(kind, startRedisServer, (server, store) => killTwice(expect, server, store, async () => {}));
    }, 60_000);

    test("costs no request when it hangs, serves as soon as it goes on, and gets nothing twice", async ({ expect }) => {
      await withStore(kind, startRedisServer, async (server, store) => {
        const runs = scriptRuns(server);
        const load = startLoad(store, "local");
        await expectAnswers(expect, load, 10, 5_000);
        server.pause();
        await expectFewAsks(expect, load);
        server.resume();
        await expectService(expect, load);
        server.pause();
        await sleep(600);
        await load.stop();
        expect(load.errors).toEqual([]);
        server.resume();
        await sleep(2 * reconnectMs + delayMs);
        expect(scriptRuns(server) - runs).toBeLessThanOrEqual(load.asks.length);
      });
    }, 60_000);
  });

  describe.concurrent.each(clusterClients)("with $name", (kind) => {
    test("costs no request when it is killed, serves as soon as it is back, and gets nothing twice", async ({
      expect,
    }) => {
      await withStore(kind, startRedisCluster, (server, store) =>
        killTwice(expect, server, store, () => clusterReady(server)),
      );
    }, 60_000);
  });
});
