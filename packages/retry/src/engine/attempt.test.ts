import { inspect } from "node:util";
import { manualClock } from "@midguard/kernel/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { reasonOf } from "../../test-support/calls.ts";
import { type Attempt, AttemptTimeoutError, constant, createRetry, retryReport } from "../index.ts";

const free = { budget: false, backoff: constant(0) } as const;

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const unhandled: unknown[] = [];
function note(reason: unknown): void {
  unhandled.push(reason);
}
beforeEach(() => void process.on("unhandledRejection", note));
afterEach(async () => {
  await turn();
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

test("an attempt shows its number and nothing else when it is logged", async () => {
  const shown = await createRetry().run((attempt) => [JSON.stringify(attempt), inspect(attempt)]);
  expect(shown).toEqual(['{"number":1}', "RunningAttempt { number: 1 }"]);
});

describe("an attempt", () => {
  test("is aborted when its time is up, and tried again", async () => {
    const clock = manualClock();
    const reasons: unknown[] = [];
    const policy = createRetry({ ...free, attemptTimeoutMs: 300, maxRetries: 1, clock });
    const done = reasonOf(
      policy.run(({ signal }) => {
        signal.addEventListener("abort", () => reasons.push(signal.reason));
        return new Promise(() => {});
      }),
    );
    await clock.advance(299);
    expect(reasons).toEqual([]);
    await clock.advance(1);
    expect(reasons).toHaveLength(1);
    await clock.advance(300);
    const error = await done;
    expect(error).toBeInstanceOf(AttemptTimeoutError);
    expect(error).toBe(reasons[1]);
    expect(error).toMatchObject({ name: "TimeoutError", code: "ATTEMPT_TIMEOUT", attempt: 2, timeoutMs: 300 });
    expect(retryReport(error)).toMatchObject({ attempts: 2, elapsedMs: 600, reason: "max-retries" });
    expect(clock.sleepers).toBe(0);
  });

  test.each([
    ["that must be made once", {}, { once: true }],
    ["whose failures will not pass", { retryable: () => false }, {}],
  ])("%s is not repeated after its timeout either", async (_, options, runOptions) => {
    const clock = manualClock();
    const policy = createRetry({ ...free, attemptTimeoutMs: 20, clock, ...options });
    let calls = 0;
    const run = reasonOf(
      policy.run(({ signal }) => {
        calls += 1;
        return new Promise(() => void signal);
      }, runOptions),
    );
    await clock.advance(1_000);
    const error = await run;
    expect(calls).toBe(1);
    expect(retryReport(error)).toMatchObject({ attempts: 1, reason: "not-retryable" });
  });

  test("has 3 seconds by default, or no limit", async () => {
    const clock = manualClock();
    const cut = policyOf({});
    const uncut = policyOf({ attemptTimeoutMs: Infinity });
    function policyOf(options: object): Promise<unknown> {
      const policy = createRetry({ ...free, maxRetries: 0, clock, ...options });
      return reasonOf(policy.run(({ signal }) => clock.sleep(60_000, signal).then(() => Promise.reject("slow"))));
    }
    await clock.advance(3_000);
    expect(await cut).toMatchObject({ code: "ATTEMPT_TIMEOUT", timeoutMs: 3_000 });
    await clock.advance(60_000);
    expect(await uncut).toBe("slow");
  });

  test("without any limit has a signal and no timer", async () => {
    const clock = manualClock();
    const policy = createRetry({ attemptTimeoutMs: Infinity, clock });
    const sleepers = await policy.run(({ signal }) => (signal.aborted ? -1 : clock.sleepers));
    expect(sleepers).toBe(0);
  });

  test("that reads its signal when its time is up finds it aborted", async () => {
    const clock = manualClock();
    const policy = createRetry({ ...free, maxElapsedMs: 100, clock });
    let aborted: boolean | undefined;
    const error = await reasonOf(
      policy.run((attempt) => {
        clock.jump(500);
        aborted = attempt.signal.aborted;
        return new Promise(() => {});
      }),
    );
    expect(aborted).toBe(true);
    expect(error).toMatchObject({ code: "ATTEMPT_TIMEOUT", timeoutMs: 100 });
  });

  test("that never reads its signal is not aborted", async () => {
    const clock = manualClock();
    const done = createRetry({ clock, attemptTimeoutMs: 100 }).run(() => clock.sleep(10_000).then(() => "slow"));
    await clock.advance(10_000);
    expect(await done).toBe("slow");
  });

  test("that reads its signal late fails with its timeout, whatever error its call makes of it", async () => {
    const clock = manualClock();
    const policy = createRetry({ ...free, attemptTimeoutMs: 100, maxRetries: 0, clock });
    const done = reasonOf(
      policy.run(async (attempt) => {
        await Promise.resolve();
        await clock.sleep(5_000, attempt.signal).catch(() => {
          throw new DOMException("the library's own", "AbortError");
        });
      }),
    );
    await clock.advance(100);
    expect(await done).toMatchObject({ code: "ATTEMPT_TIMEOUT" });
  });

  test.each(["from the cache", new Response(null, { status: 503 })])(
    "that reads its signal late may succeed in spite of its abort: %s",
    async (value) => {
      const clock = manualClock();
      const policy = createRetry({ ...free, attemptTimeoutMs: 100, clock, maxRetries: 0 });
      const done = policy.run(async (attempt) => {
        await Promise.resolve();
        return clock.sleep(5_000, attempt.signal).catch(() => value);
      });
      await clock.advance(100);
      expect(await done).toBe(value);
    },
  );

  test("reports the time it has left, without a timer", async () => {
    const clock = manualClock();
    const seen: number[] = [];
    const policy = createRetry({ ...free, attemptTimeoutMs: 1_000, maxElapsedMs: 1_500, clock, maxRetries: 2 });
    const done = policy.run(async (attempt) => {
      seen.push(attempt.remainingMs);
      await clock.sleep(700);
      seen.push(attempt.remainingMs);
      if (attempt.number === 1) throw new Error("1");
      await clock.sleep(700);
      seen.push(attempt.remainingMs);
    });
    await clock.advance(5_000);
    await done;
    expect(seen).toEqual([1_000, 300, 800, 100, 0]);
    const unlimited = createRetry({ attemptTimeoutMs: Infinity });
    expect(await unlimited.run(({ remainingMs }) => remainingMs)).toBe(Infinity);
  });

  test("has no time left once it has ended, aborted or not", async () => {
    const attempts: Attempt[] = [];
    const policy = createRetry({ ...free, maxRetries: 1, attemptTimeoutMs: 20 });
    await policy.run((attempt) => {
      attempts.push(attempt);
      return attempt.number === 1 ? new Promise(() => attempt.signal) : undefined;
    });
    expect(attempts.map(({ remainingMs }) => remainingMs)).toEqual([0, 0]);
  });

  test("has the same signal each time it is read, and one that stays as it was after the end", async () => {
    let last: Attempt | undefined;
    await createRetry().run((attempt) => {
      last = attempt;
      expect(attempt.signal).toBe(attempt.signal);
    });
    expect(last?.signal.aborted).toBe(false);
    let unread: Attempt | undefined;
    await createRetry().run((attempt) => {
      unread = attempt;
    });
    expect(unread?.signal.aborted).toBe(false);
  });

  test("that ends in time leaves no timer", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    await createRetry().run(async ({ signal }) => {
      await turn();
      await turn();
      expect(timers()).toBe(before + 1);
      expect(signal.aborted).toBe(false);
    });
    expect(timers()).toBe(before);
  });

  test("whose result comes after its abort is ignored", async () => {
    const clock = manualClock();
    const policy = createRetry({ ...free, attemptTimeoutMs: 100, maxRetries: 0, clock });
    const done = reasonOf(
      policy.run(async ({ signal }) => {
        void signal;
        await clock.sleep(500);
        throw new Error("too late");
      }),
    );
    await clock.advance(1_000);
    expect(await done).toMatchObject({ code: "ATTEMPT_TIMEOUT" });
  });

  test("that has ended is not aborted by a timer that cannot be stopped", async () => {
    let now = 0;
    let wake: () => void = () => {};
    const sleeping = new Promise<void>((resolve) => {
      wake = resolve;
    });
    let signal: AbortSignal | undefined;
    const policy = createRetry({ clock: { now: () => now, sleep: () => sleeping } });
    await policy.run((attempt) => {
      signal = attempt.signal;
    });
    now = 60_000;
    wake();
    await turn();
    expect(signal?.aborted).toBe(false);
  });

  test("that ends within its turn of the event loop starts no timer; a longer one is aborted by the system's clock", async () => {
    const policy = createRetry({ ...free, attemptTimeoutMs: 30, maxRetries: 0 });
    await policy.run(({ signal }) => signal.aborted);
    expect(process.getActiveResourcesInfo()).not.toContain("Immediate");
    const startedAt = performance.now();
    const error = await reasonOf(
      policy.run(({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", reject))),
    );
    expect(error).toMatchObject({ code: "ATTEMPT_TIMEOUT" });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(29);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
