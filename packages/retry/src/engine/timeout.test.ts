import middy from "@middy/core";
import { manualClock } from "@midguard/kernel/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Attempt, AttemptTimeoutError, constant, createRetry, retry } from "../index.ts";

const once = { budget: false, backoff: constant(0), maxRetries: 0 } as const;

/** A call that never settles. It reads its signal, so that it has a timeout. */
function hang({ signal }: Attempt): Promise<never> {
  return new Promise(() => void signal);
}

function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(Promise.reject, (error) => error);
}

describe("an attempt inside an invocation is starved if it had less than half of the time that one has at best", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Lets a call hang in an invocation of which `spentMs` have passed. Returns its error. */
  function hangIn(timeoutMs: number, spentMs: number, options: object): Promise<unknown> {
    const policy = createRetry({ ...once, ...options });
    const endsAt = Date.now() + timeoutMs;
    const handler = middy()
      .use(retry())
      .handler(async () => {
        await vi.advanceTimersByTimeAsync(spentMs);
        const run = reasonOf(policy.run(hang));
        await vi.advanceTimersByTimeAsync(timeoutMs - spentMs);
        return run;
      });
    const context = { getRemainingTimeInMillis: () => endsAt - Date.now() };
    return handler({}, context as never, { signal: new AbortController().signal }) as Promise<unknown>;
  }

  test.each([
    { had: "its whole time", timeoutMs: 10_000, spentMs: 0, options: { attemptTimeoutMs: 500 }, starved: false },
    { had: "all that the invocation has", timeoutMs: 1_100, spentMs: 0, options: {}, starved: false },
    { had: "more than half of that", timeoutMs: 1_100, spentMs: 450, options: {}, starved: false },
    { had: "exactly half of that", timeoutMs: 1_100, spentMs: 500, options: {}, starved: false },
    { had: "1 ms less than half of that", timeoutMs: 1_100, spentMs: 501, options: {}, starved: true },
    { had: "less than half of its timeout", timeoutMs: 10_100, spentMs: 9_000, options: {}, starved: true },
    { had: "all that a run may take", timeoutMs: 10_100, spentMs: 0, options: { maxElapsedMs: 400 }, starved: false },
    { had: "more than half of its timeout", timeoutMs: 10_100, spentMs: 8_000, options: {}, starved: false },
  ])("$starved: it had $had", async ({ timeoutMs, spentMs, options, starved }) => {
    expect(await hangIn(timeoutMs, spentMs, options)).toMatchObject({ code: "ATTEMPT_TIMEOUT", starved });
  });
});

describe("an attempt in which the process may have been frozen is starved", () => {
  test("because it outlived its invocation", async () => {
    const policy = createRetry({ ...once, attemptTimeoutMs: 20 });
    let run: Promise<unknown> | undefined;
    const handler = middy()
      .use(retry())
      .handler(async () => {
        run = reasonOf(policy.run(hang));
        // Its timer runs when the invocation ends.
        await new Promise((resolve) => setImmediate(resolve));
      });
    await handler({}, {} as never, { signal: new AbortController().signal });
    expect(await run).toMatchObject({ code: "ATTEMPT_TIMEOUT", starved: true });
  });

  test.each([
    [999, false],
    [1_000, true],
  ])("because its timer was late: %i ms late, %s", async (lateMs, starved) => {
    const clock = manualClock();
    const run = reasonOf(createRetry({ ...once, attemptTimeoutMs: 300, clock }).run(hang));
    clock.jump(300 + lateMs);
    await clock.advance(0);
    expect(await run).toMatchObject({ timeoutMs: 300, starved });
  });
});

test("an attempt outside of any invocation that times out as planned is not starved", async () => {
  const clock = manualClock();
  const run = reasonOf(createRetry({ ...once, clock }).run(hang));
  await clock.advance(3_000);
  expect(await run).toMatchObject({ timeoutMs: 3_000, starved: false });
});

test("an error made by hand is starved only if it is made so", () => {
  const errors = [new AttemptTimeoutError(1, 100), new AttemptTimeoutError(1, 100, true)];
  expect(errors.map(({ starved }) => starved)).toEqual([false, true]);
});
