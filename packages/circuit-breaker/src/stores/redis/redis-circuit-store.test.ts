import { hasRedisServer, type RedisServer, startRedisServer } from "@midguard/local-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clusterClients, singleClients, type TestClient } from "../../../test-support/redis-clients.ts";
import { ask, startRedisCluster } from "../../../test-support/redis-server.ts";
import type { CircuitStore } from "../../fleet/store.ts";
import { circuitStoreContract } from "../../testing/index.ts";
import { redisCircuitStore } from "./index.ts";

const { signal } = new AbortController();
const setups: readonly [string, readonly TestClient[], () => Promise<RedisServer>][] = [
  ["one server", singleClients, startRedisServer],
  ["a cluster", clusterClients, startRedisCluster],
];

describe.runIf(hasRedisServer()).each(setups)("redisCircuitStore on %s", (_kind, clients, start) => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  describe.each(clients)("with $name", ({ open }) => {
    let store: CircuitStore;
    let close: () => void;
    beforeAll(async () => {
      // Each client meets a server without the scripts.
      ask(server, "SCRIPT", "FLUSH");
      const opened = await open(server.port);
      ({ close } = opened);
      store = redisCircuitStore({ client: opened.client });
      await store.connect?.();
      await store.connect?.();
    });
    afterAll(() => close());

    test.each(circuitStoreContract)("$name", ({ run }) => run({ store }));

    test("sends nothing for a signal that has aborted", async () => {
      const reason = new Error("too late");
      await expect(store.list(AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    test("gives up when the signal aborts, though the server hangs", async () => {
      server.pause();
      try {
        const aborting = new AbortController();
        const reading = store.read(["a"], aborting.signal);
        setTimeout(() => aborting.abort(new Error("too late")), 50);
        await expect(reading).rejects.toThrow("too late");
      } finally {
        server.resume();
      }
      await expect(store.read(["a"], signal)).resolves.toMatchObject({ now: expect.any(Number) });
    });
  });
});
