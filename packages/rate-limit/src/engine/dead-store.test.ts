import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setImmediate as nextCheck, setTimeout as sleep } from "node:timers/promises";
import middy from "@middy/core";
import { lambdaContext } from "@midguard/kernel/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kvStore } from "../../docs/kv-store.ts";
import { createRateLimiter } from "../limiter.ts";
import { quota } from "../limits/quota.ts";
import { rateLimit } from "../middleware.ts";
import type { Decision } from "../store/decision.ts";
import { receiptOf } from "../store/receipt.ts";
import type { RateLimitStore } from "../store/store.ts";

const serverFile = join(import.meta.dirname, "../../docs/kv-server.ts");
let server: ChildProcess;
let url = "";

async function startServer(port = 0): Promise<void> {
  server = spawn(process.execPath, [serverFile], {
    env: { ...process.env, PORT: `${port}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [printed] = await once(server.stdout as NodeJS.ReadableStream, "data");
  url = String(printed).trim();
}

async function kill(): Promise<void> {
  if (server.signalCode !== null) return;
  const gone = once(server, "exit");
  server.kill("SIGKILL");
  await gone;
}

beforeEach(() => startServer());
afterEach(kill);

/** Stops this process from running anything, as a freeze of its environment or a busy handler does. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** The store, how often it was called, and whether it made a decision. */
function countedStore() {
  const inner = kvStore(url);
  const counted = {
    calls: 0,
    store: {
      ...inner,
      take(...given: Parameters<RateLimitStore["take"]>) {
        counted.calls += 1;
        return inner.take(...given);
      },
    } as RateLimitStore,
    decided: (decision: Decision) => receiptOf(decision)?.store === counted.store,
  };
  return counted;
}

const limits = quota(1_000_000, "year");

/** How each way to lose a store is undone. */
const deaths = {
  async SIGSTOP() {
    server.kill("SIGSTOP");
    return async () => void server.kill("SIGCONT");
  },
  async SIGKILL() {
    const { port } = new URL(url);
    await kill();
    return () => startServer(Number(port));
  },
};

/** Load on a limiter before its store dies, while it is dead, and after it is back. */
async function survive(onStoreError: "local" | "allow" | "deny", death: Promise<void>, returned: Promise<void>) {
  const counted = countedStore();
  const limiter = createRateLimiter({ limits, store: counted.store, onStoreError });
  // Keys of their own, because this store serves one write of a key at a time.
  const takes = (count: number) => Promise.all(Array.from({ length: count }, () => limiter.take(crypto.randomUUID())));
  await takes(1);
  await death;
  counted.calls = 0;
  const inFlight = await takes(100);
  expect(counted.calls).toBe(100);
  const diedAt = performance.now();
  const pending: Promise<readonly Decision[]>[] = [];
  while (performance.now() < diedAt + 2_500) {
    pending.push(takes(10));
    await sleep(10);
  }
  const later = (await Promise.all(pending)).flat();
  const probes = counted.calls - 100;
  expect(probes).toBeGreaterThanOrEqual(1);
  expect(probes).toBeLessThanOrEqual(1 + (performance.now() - diedAt) / 1_000);
  for (const decision of [...inFlight, ...later]) {
    expect([decision.allowed, counted.decided(decision)]).toEqual([onStoreError !== "deny", false]);
  }
  await returned;
  const backAt = performance.now();
  while (!(await takes(1)).every(counted.decided) && performance.now() < backAt + 5_000) await sleep(20);
  expect(performance.now() - backAt).toBeLessThan(2_000);
  counted.calls = 0;
  const normal = await takes(10);
  expect([counted.calls, normal.every(counted.decided)]).toEqual([10, true]);
}

describe.each(Object.entries(deaths))("a store that dies by %s under load", (_, die) => {
  it("costs the requests in flight, then one probe a second, and is used again within 2 s of its return", {
    timeout: 30_000,
  }, async () => {
    const [died, returned] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const surviving = (["local", "allow", "deny"] as const).map((on) => survive(on, died.promise, returned.promise));
    await sleep(500);
    const undo = await die();
    died.resolve();
    await sleep(4_000);
    await undo();
    returned.resolve();
    await Promise.all(surviving);
  });
});

describe("a store that is only slow", () => {
  it("has a second for the first call, and so has every request until it is answered", async () => {
    const counted = countedStore();
    const limiter = createRateLimiter({ limits, store: counted.store, onStoreError: "deny" });
    server.kill("SIGSTOP");
    const first = Promise.all(Array.from({ length: 5 }, (_, key) => limiter.take(`${key}`)));
    await sleep(400);
    server.kill("SIGCONT");
    expect((await first).every(({ allowed }) => allowed)).toBe(true);
    expect(counted.calls).toBe(5);
  });

  it("is believed if its answer arrived while this process was busy", async () => {
    const limiter = createRateLimiter({ limits, store: kvStore(url), onStoreError: "deny" });
    await limiter.take("a");
    for (let times = 0; times < 5; times += 1) {
      const taken = limiter.peek("a");
      // The request is sent, and the answer arrives in the meantime. Node would run the timer before it reads that.
      await sleep(1);
      await nextCheck();
      block(400);
      expect(await taken).toMatchObject([{ remaining: 999_999 }]);
    }
  });

  it("is not dead because a frozen process has lost a call", async () => {
    const counted = countedStore();
    const limiter = createRateLimiter({ limits, store: counted.store, onStoreError: "deny" });
    await limiter.take("a");
    server.kill("SIGSTOP");
    const lost = limiter.take("a");
    await sleep(5);
    block(1_500);
    expect((await lost).allowed).toBe(false);
    server.kill("SIGCONT");
    expect((await limiter.take("a")).allowed).toBe(true);
    expect(counted.calls).toBe(3);
  });
});

describe("overlapping invocations on a store that hangs", () => {
  it("each wait no longer than their own time allows", async () => {
    const before = rateLimit({ limits, store: kvStore(url), onStoreError: "allow", key: () => "a" });
    const handler = middy()
      .use(before)
      .handler(async () => ({ statusCode: 200 }));
    const event = { version: "2.0", requestContext: { http: { method: "GET", sourceIp: "192.0.2.1" } } };
    server.kill("SIGSTOP");
    const timed = async (timeoutMs: number): Promise<[unknown, number]> => {
      const start = performance.now();
      const response = await handler(event as never, lambdaContext({ timeoutMs }) as never);
      return [response, performance.now() - start];
    };
    const [[short, shortMs], [long, longMs], [over, overMs]] = await Promise.all([
      timed(400),
      timed(30_000),
      timed(90),
    ]);
    expect([short, long, over]).toMatchObject([{ statusCode: 200 }, { statusCode: 200 }, { statusCode: 200 }]);
    // 100 ms are kept for the answer; the first call of an environment has 1,000.
    expect(shortMs).toBeLessThan(400);
    expect(longMs).toBeGreaterThan(990);
    expect(overMs).toBeLessThan(250);
  });
});
