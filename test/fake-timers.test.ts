/** Users test their handlers under fake timers: our waits, deadlines and open times must then go by these. */
import { mock } from "node:test";
import middy from "@middy/core";
import { createCircuitBreaker } from "@midguard/circuit-breaker";
import { constant, createRetry, retry } from "@midguard/retry";
import { warmup } from "@midguard/warmup";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

interface Fakes {
  start(): void;
  advance(ms: number): Promise<void>;
  stop(): void;
}

/** One ms after the other, because a timer of one ms may set another that fires in the next. */
async function tick(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1) {
    mock.timers.tick(1);
    await Promise.resolve();
    for (let hop = 0; hop < 10; hop += 1) await Promise.resolve();
  }
}

const fakes: Readonly<Record<string, Fakes>> = {
  vitest: {
    start: () => vi.useFakeTimers(),
    advance: async (ms) => void (await vi.advanceTimersByTimeAsync(ms)),
    stop: () => vi.useRealTimers(),
  },
  "node:test": {
    start: () => mock.timers.enable({ apis: ["setTimeout", "setImmediate", "Date"], now: Date.now() }),
    advance: tick,
    stop: () => mock.timers.reset(),
  },
};

async function fail(): Promise<never> {
  throw new Error("down");
}

describe.each(Object.entries(fakes))("under the fake timers of %s", (_, { start, advance, stop }) => {
  beforeEach(start);
  afterEach(stop);

  test("an attempt that hangs is cut", async () => {
    const policy = createRetry({ attemptTimeoutMs: 1_000, maxRetries: 0 });
    const settled = vi.fn();
    policy.run(({ signal }) => new Promise(() => void signal)).catch(settled);
    await advance(900);
    expect(settled).not.toHaveBeenCalled();
    await advance(200);
    expect(settled).toHaveBeenCalledWith(expect.objectContaining({ code: "ATTEMPT_TIMEOUT" }));
  });

  test("retries end with maxElapsedMs", async () => {
    const policy = createRetry({ budget: false, backoff: constant(400), maxRetries: 100, maxElapsedMs: 1_000 });
    const call = vi.fn(fail);
    const settled = vi.fn();
    policy.run(call).catch(settled);
    await advance(2_000);
    expect(call).toHaveBeenCalledTimes(3);
    expect(settled).toHaveBeenCalledOnce();
  });

  test("retries end with the invocation's deadline", async () => {
    const policy = createRetry({ budget: false, backoff: constant(1_000), maxRetries: 100 });
    const call = vi.fn(fail);
    const handler = middy()
      .use(retry({ maxRetriesPerInvocation: 100 }))
      .handler(() => policy.run(call));
    const endsAt = Date.now() + 3_500;
    const settled = vi.fn();
    const context = { getRemainingTimeInMillis: () => endsAt - Date.now() };
    (handler({}, context as never) as Promise<unknown>).catch(settled);
    await advance(5_000);
    expect(call).toHaveBeenCalledTimes(4);
    expect(settled).toHaveBeenCalledOnce();
  });

  test("an open circuit lets a probe through once its time is over", async () => {
    const breaker = createCircuitBreaker({ name: "payments", openMs: 500 });
    for (let call = 0; call < 5; call += 1) await breaker.run(fail).catch(() => {});
    expect(breaker.state).toBe("open");
    await advance(1_000);
    expect(breaker.state).toBe("half-open");
  });

  test("a ping is held for as long as it asks", async () => {
    const handler = middy().use(warmup()).handler(fail);
    const answered = vi.fn();
    const ping = { warmup: true, sentAt: Date.now(), holdUntil: Date.now() + 300 };
    void (handler(ping, {} as never) as Promise<unknown>).then(answered);
    await advance(250);
    expect(answered).not.toHaveBeenCalled();
    await advance(100);
    // A mocked Date may be one ms ahead of the mocked timers.
    const [{ heldMs }] = answered.mock.lastCall as [{ heldMs: number }];
    expect([299, 300]).toContain(heldMs);
  });
});

test("a ping is stale by the time that a test has set", async () => {
  const handler = middy().use(warmup()).handler(fail);
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    vi.setSystemTime("2030-01-01T00:10:00Z");
    const answer = await handler({ warmup: true, sentAt: "2030-01-01T00:00:00Z" }, {} as never);
    expect(answer).toEqual({ warmup: true, stale: true });
  } finally {
    vi.useRealTimers();
  }
});
