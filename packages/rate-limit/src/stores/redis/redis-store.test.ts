import { setTimeout as sleep } from "node:timers/promises";
import { hasRedisServer, type RedisServer, startRedisServer } from "@midguard/local-services";
import { afterAll, beforeAll, describe, test } from "vitest";
import { singleClients } from "../../../fixtures/redis-clients.ts";
import type { RateLimitStore } from "../../store/store.ts";
import { storeContract } from "../../testing/index.ts";
import { redisStore } from "./index.ts";

describe.runIf(hasRedisServer())("redisStore", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(() => server.stop());

  describe.each(singleClients)("with $name", ({ open }) => {
    let store: RateLimitStore;
    let close: () => void;
    beforeAll(async () => {
      const opened = await open(server.port);
      store = redisStore({ client: opened.client });
      ({ close } = opened);
    });
    afterAll(() => close());

    test.concurrent.for(storeContract)("$name", ({ run }) => run({ store, now: Date.now, advance: (ms) => sleep(ms) }));
  });
});
