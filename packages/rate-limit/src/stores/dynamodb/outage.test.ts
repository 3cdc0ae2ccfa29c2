import { setTimeout as sleep } from "node:timers/promises";
import { subscribe } from "@midguard/kernel";
import { expect, it } from "vitest";
import { createRateLimiter, type Decision, quota } from "../../index.ts";
import { dynamoDbStore } from "./dynamodb-store.ts";
import { describeWithTable, meter, tableName } from "./testing/local-table.ts";

interface Take {
  readonly at: number;
  readonly tookMs: number;
  readonly decision: Decision;
}

/** Requests of one environment, one each 20 ms, each under a key of its own, until `ended` resolves. */
async function load(take: (key: string) => Promise<Decision>, ended: Promise<unknown>): Promise<readonly Take[]> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const takes: Promise<Take>[] = [];
  for (let number = 0; !isOver; number += 1) {
    const at = performance.now();
    takes.push(take(`${number}`).then((decision) => ({ at, tookMs: performance.now() - at, decision })));
    await sleep(20);
  }
  return Promise.all(takes);
}

describeWithTable("when DynamoDB goes away under load", (table) => {
  it.each([
    ["is killed", "allow"],
    ["is killed", "local"],
    ["hangs", "allow"],
    ["hangs", "local"],
  ] as const)(
    "and %s, onStoreError %s answers every request, and the table is used again",
    async (how, onStoreError) => {
      const client = table.newClient();
      const sent = meter(client);
      const limits = quota(1_000, "day");
      const limiter = createRateLimiter({
        name: `${how.replaceAll(" ", "-")}-${onStoreError}`,
        store: dynamoDbStore({ client, tableName }),
        limits,
        onStoreError,
      });
      await limiter.take("warm");
      const failures: number[] = [];
      const unsubscribe = subscribe(
        ({ type }) => type === "rate_limit.store_failed" && failures.push(performance.now()),
      );
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      const loaded = load((key) => limiter.take(key), ended);

      await sleep(500);
      const goneAt = performance.now();
      if (how === "hangs") table.local.pause();
      else await table.local.kill();
      await sleep(3_500);
      if (how === "hangs") {
        table.local.resume();
      } else {
        await table.local.restart();
        await table.local.createTable(tableName);
      }
      const backAt = performance.now();
      await sleep(2_000);
      const before = sent.requests.UpdateItemCommand ?? 0;
      await sleep(500);
      end();
      const takes = await loaded;
      unsubscribe();

      // Those in flight when it went, a call every 20 ms for 250 ms; then one a second.
      const [inFlight, later] = [0, 1].map((part) => failures.filter((at) => (at - goneAt > 1_000 ? 1 : 0) === part));
      expect(inFlight?.length).toBeLessThanOrEqual(1 + 1_000 / 20);
      // Two more until the table is used again.
      expect(later?.length).toBeLessThanOrEqual(Math.ceil((backAt - goneAt) / 1_000) + 2);
      for (const { decision } of takes) expect(decision.allowed).toBe(true);
      // A request that did not wait for a probe is decided at once.
      const slow = takes.filter(({ at, tookMs }) => at > goneAt + 1_000 && at < backAt && tookMs > 200);
      expect(slow.length).toBeLessThanOrEqual(Math.ceil((backAt - goneAt) / 1_000));
      expect(failures.filter((at) => at > backAt + 2_000)).toEqual([]);
      // Each request is counted in the table again.
      const last = takes.filter(({ at }) => at > backAt + 2_000);
      expect(last.length).toBeGreaterThan(5);
      expect((sent.requests.UpdateItemCommand ?? 0) - before).toBeGreaterThanOrEqual(last.length);
      for (const { decision } of last) expect(decision.limits[0]?.remaining).toBe(999);
    },
    60_000,
  );
});
