import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { hasNginx, type Nginx, startNginx } from "@midguard/local-services";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Deployment, deploy } from "./local/deploy.ts";
import { type Answer, send } from "./local/requests.ts";
import { serverBlock } from "./local/server.ts";

interface Timed extends Answer {
  readonly startedAt: number;
  readonly tookMs: number;
}

describe.runIf(hasNginx())("an origin that fails under load", () => {
  const deadlineMs = 4_000;
  let nginx: Nginx;
  let api: Deployment;

  beforeAll(async () => {
    nginx = await startNginx(serverBlock);
    api = await deploy({ origin: nginx.url, functionTimeoutMs: deadlineMs, attemptTimeoutMs: 1_000 });
  }, 60_000);
  afterAll(async () => {
    await api?.[Symbol.asyncDispose]();
    await nginx?.stop();
  });

  /** Four clients that send one request after the other until `end` is called. */
  function load(): { end(): Promise<readonly Timed[]> } {
    const answers: Timed[] = [];
    let ended = false;
    async function client(): Promise<void> {
      while (!ended) {
        const startedAt = performance.now();
        const answer = await send(api.url, "/echo");
        answers.push({ ...answer, startedAt, tookMs: performance.now() - startedAt });
        await sleep(10);
      }
    }
    const clients = Promise.all(Array.from({ length: 4 }, client));
    return {
      async end() {
        ended = true;
        await clients;
        return answers;
      },
    };
  }

  test.each([
    ["is killed", 2_500, [502, 503], () => nginx.kill(), () => nginx.restart()],
    ["hangs", 5_000, [502, 503, 504], async () => nginx.pause(), async () => nginx.resume()],
  ])(
    "that %s is answered for in time, and serves again within 3 s of its return",
    async (_, outageMs, statuses, fail, recover) => {
      const traffic = load();
      await sleep(500);
      await fail();
      const failedAt = performance.now();
      await sleep(outageMs);
      // nginx serves a moment before `restart` notices.
      const outageEndsAt = performance.now();
      await recover();
      const recoveredAt = performance.now();
      await sleep(3_600);
      const answers = await traffic.end();
      const during = answers.filter(
        ({ startedAt, tookMs }) => startedAt > failedAt && startedAt + tookMs < outageEndsAt,
      );
      expect(during.length).toBeGreaterThanOrEqual(4);
      for (const { status, headers } of answers.filter((answer) => answer.status !== 200)) {
        expect(statuses).toContain(status);
        expect(Number(headers["retry-after"])).toBeGreaterThanOrEqual(1);
      }
      for (const { status } of during) expect(status).not.toBe(200);
      expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(deadlineMs);
      const after = answers.filter(({ startedAt }) => startedAt > recoveredAt + 3_000);
      expect(after.length).toBeGreaterThan(4);
      for (const { status } of after) expect(status).toBe(200);
    },
  );

  test("that hangs is waited for until the deadline at most, even if the client has left", async () => {
    nginx.pause();
    try {
      const abandoned = request(api.url);
      abandoned.once("error", () => {}).end();
      const startedAt = performance.now();
      await vi.waitUntil(() => !api.isIdle(), { timeout: 2_000, interval: 5 });
      abandoned.destroy();
      await sleep(100);
      expect(api.isIdle()).toBe(false);
      await vi.waitUntil(() => api.isIdle(), { timeout: deadlineMs, interval: 20 });
      expect(performance.now() - startedAt).toBeLessThan(deadlineMs);
    } finally {
      nginx.resume();
    }
  });
});
