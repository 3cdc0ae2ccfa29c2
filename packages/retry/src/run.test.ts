import { AsyncResource } from "node:async_hooks";
import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import middy from "@middy/core";
import { currentInvocation, subscribe } from "@midguard/kernel";
import { currentScope, enterInvocation, type Scope } from "@midguard/kernel/internal";
import { lambdaContext, manualClock } from "@midguard/kernel/testing";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { allowance } from "./allowance.ts";
import {
  type Attempt,
  AttemptTimeoutError,
  constant,
  createRetry,
  createRetryBudget,
  retry,
  retryReport,
} from "./index.ts";

const free = { budget: false, backoff: constant(0) } as const;

async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([promise]);
  if (result.status === "fulfilled") throw new Error(`did not fail, but came to ${String(result.value)}`);
  return result.reason;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Runs `call` as the handler of an invocation of `timeoutMs`. */
function invoke<T>(timeoutMs: number, call: () => Promise<T>, reserveMs = 100): Promise<T> {
  const handler = middy()
    .use(retry({ reserveMs, maxRetriesPerInvocation: 1_000 }))
    .handler(call);
  return handler({}, lambdaContext({ timeoutMs }), { signal: new AbortController().signal }) as Promise<T>;
}

test("an attempt shows its number and nothing else, to whoever logs it", async () => {
  const shown = await createRetry().run((attempt) => [JSON.stringify(attempt), inspect(attempt)]);
  expect(shown).toEqual(['{"number":1}', "RunningAttempt { number: 1 }"]);
});

test("a run of many attempts keeps nothing of those before", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  function heapUsed(): number {
    collect();
    return process.memoryUsage().heapUsed;
  }
  const patient = { ...free, maxRetries: 20_000, clock: { now: () => 0, sleep: async () => {} } };
  const heap: number[] = [];
  await createRetry(patient).run(async ({ number }) => {
    if (number === 1_000 || number === 20_000) heap.push(heapUsed());
    if (number < 20_000) throw new Error("not yet");
  });
  const [early = 0, late = 0] = heap;
  // A promise that waits for the next attempt would be 700 bytes for each.
  expect(late - early).toBeLessThan(2_000_000);
});

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

describe("the deadline", () => {
  test("lets no attempt and no wait begin that cannot end before it", async () => {
    const cases = fc.record({
      timeoutMs: fc.integer({ min: 500, max: 5_000 }),
      reserveMs: fc.integer({ min: 0, max: 600 }),
      maxElapsedMs: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 5_000 })),
      delays: fc.array(fc.nat(800), { minLength: 1, maxLength: 10 }),
      durations: fc.array(fc.nat(900), { minLength: 1, maxLength: 10 }),
      readsSignal: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ timeoutMs, reserveMs, maxElapsedMs, delays, durations, readsSignal }) => {
        const clock = manualClock();
        // The invocation's own time is real, and some of it has passed when the run begins.
        const latest = clock.now() + Math.min(timeoutMs - reserveMs, maxElapsedMs);
        const backoff = (attempt: number): number => delays[attempt % delays.length] ?? 0;
        const policy = createRetry({ budget: false, maxRetries: 30, maxElapsedMs, backoff, clock });
        const begun: number[] = [];
        const waits: number[] = [];
        const stop = subscribe((event) => {
          if (event.type === "retry.scheduled") waits.push(clock.now() + event.delayMs);
        });
        async function call(attempt: Attempt): Promise<never> {
          begun.push(clock.now());
          await clock.sleep(
            durations[attempt.number % durations.length] ?? 0,
            readsSignal ? attempt.signal : undefined,
          );
          throw new Error("down");
        }
        let settledAt = 0;
        const done = reasonOf(invoke(timeoutMs, () => policy.run(call), reserveMs)).then((error) => {
          settledAt = clock.now();
          return error;
        });
        await clock.advance(20_000);
        const error = await done;
        stop();
        for (const at of [...begun, ...waits]) expect(at).toBeLessThan(latest);
        if (readsSignal) expect(settledAt).toBeLessThanOrEqual(Math.max(latest, clock.now() - 20_000));
        const report = retryReport(error);
        expect(report?.attempts).toBe(begun.length);
        if (begun.length === 0) expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED" });
        if (begun.length < 31) expect(["deadline", "max-elapsed"]).toContain(report?.reason);
      }),
      { numRuns: 60 },
    );
  });

  test("long past, nothing is called", async () => {
    let calls = 0;
    const policy = createRetry({ ...free, name: "late" });
    const events: object[] = [];
    const stop = subscribe((event) => events.push(event));
    const error = await reasonOf(invoke(-900, () => policy.run(() => calls++)));
    stop();
    expect(calls).toBe(0);
    expect(error).toMatchObject({ name: "DeadlineExceededError", code: "DEADLINE_EXCEEDED" });
    expect(retryReport(error)).toEqual({ attempts: 0, elapsedMs: expect.any(Number), reason: "deadline" });
    expect(events).toMatchObject([{ type: "retry.exhausted", source: "late", attempts: 0, reason: "deadline" }]);
  });

  test("keeps the reserve of its invocation, which is 100 ms unless the middleware says otherwise", async () => {
    const policy = createRetry(free);
    const called = (): Promise<string> => policy.run(() => "called");
    expect(await reasonOf(invoke(90, called))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(await invoke(90, called, 20)).toBe("called");
    expect(await reasonOf(invoke(900, called, 1_000))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(await invoke(900, called)).toBe("called");
  });

  test("keeps 100 ms in an invocation that another middleware made known", async () => {
    const policy = createRetry(free);
    const owner = {};
    function invokeFor(timeoutMs: number): Promise<unknown> {
      const handler = middy()
        .before((request) => void enterInvocation(request, owner))
        .handler(() => policy.run(() => "called"));
      return handler({}, lambdaContext({ timeoutMs }), { signal: new AbortController().signal }) as Promise<unknown>;
    }
    expect(await reasonOf(invokeFor(90))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(await invokeFor(900)).toBe("called");
  });

  test("ends a run at once where Retry-After would not fit before it", async () => {
    const policy = createRetry({ budget: false });
    const busy = Object.assign(new Error("busy"), { headers: { "retry-after": "30" } });
    const startedAt = performance.now();
    expect(await reasonOf(invoke(5_000, () => policy.run(() => Promise.reject(busy))))).toBe(busy);
    expect(performance.now() - startedAt).toBeLessThan(100);
    expect(retryReport(busy)).toMatchObject({ attempts: 1, reason: "deadline" });
  });

  test("cuts a hanging attempt, and the dependency's own error from before is thrown", async () => {
    const clock = manualClock();
    const retryable = (failure: object): boolean => "error" in failure && failure.error === real;
    const policy = createRetry({ budget: false, backoff: constant(500), maxElapsedMs: 2_000, clock, retryable });
    const real = new Error("ECONNRESET");
    const done = reasonOf(
      policy.run(({ number, signal }) => (number === 1 ? Promise.reject(real) : clock.sleep(60_000, signal))),
    );
    await clock.advance(2_000);
    expect(await done).toBe(real);
    expect(retryReport(real)).toEqual({ attempts: 2, elapsedMs: 2_000, reason: "max-elapsed" });
    expect(clock.sleepers).toBe(0);
  });

  test.each([
    ["the first attempt", 1, () => Promise.reject(new Error("unused"))],
    ["an attempt after a failed value", 2, () => Promise.resolve(new Response(null, { status: 503 }))],
  ])("cutting %s leaves only its timeout to tell", async (_name, hangs, first) => {
    const clock = manualClock();
    // By this rule a timeout would not be tried again; that time was up is the reason all the same.
    const retryable = (failure: object): boolean => "value" in failure && failure.value instanceof Response;
    const policy = createRetry({ ...free, maxElapsedMs: 700, clock, retryable });
    const done = reasonOf(
      policy.run<unknown>(({ number, signal }) => (number === hangs ? clock.sleep(60_000, signal) : first())),
    );
    await clock.advance(700);
    const error = await done;
    expect(error).toMatchObject({ code: "ATTEMPT_TIMEOUT", attempt: hangs, timeoutMs: 700 });
    expect(retryReport(error)).toMatchObject({ attempts: hangs, reason: "max-elapsed" });
  });

  test("that passes while the process is frozen in a wait ends the run without another attempt", async () => {
    const clock = manualClock();
    const policy = createRetry({ budget: false, backoff: constant(100), maxElapsedMs: 1_000, clock });
    const real = new Error("down");
    let calls = 0;
    const done = reasonOf(
      policy.run(async () => {
        calls++;
        throw real;
      }),
    );
    await turn();
    clock.jump(3_600_000);
    await clock.advance(100);
    expect(await done).toBe(real);
    expect(calls).toBe(1);
    expect(retryReport(real)).toMatchObject({ attempts: 1, reason: "max-elapsed" });
  });

  test("that passes while the process is frozen in a wait costs no budget", async () => {
    const clock = manualClock();
    const policy = createRetry({ backoff: constant(100), maxElapsedMs: 1_000, clock });
    const done = reasonOf(policy.run(() => Promise.reject(new Error("down"))));
    await turn();
    expect(policy.budget).toMatchObject({ tokens: 0 });
    clock.jump(3_600_000);
    await clock.advance(100);
    await done;
    expect(policy.budget).toMatchObject({ tokens: 1 });
  });

  test("is over for a run that outlives its invocation", async () => {
    const policy = createRetry({ budget: false });
    let fail: (error: Error) => void = () => {};
    let outliving: Promise<unknown> = Promise.resolve();
    await invoke(5_000, async () => {
      const hanging = new Promise<never>((_, reject) => {
        fail = reject;
      });
      outliving = reasonOf(policy.run(() => hanging));
    });
    const late = new Error("late");
    fail(late);
    expect(await outliving).toBe(late);
    expect(retryReport(late)).toMatchObject({ attempts: 1, reason: "deadline" });
  });

  test("tells how long a run took, inside an invocation from its start", async () => {
    const policy = createRetry({ maxRetries: 0 });
    const error = new Error("down");
    async function call(): Promise<never> {
      await new Promise((resolve) => setTimeout(resolve, 40));
      throw error;
    }
    await reasonOf(invoke(5_000, () => policy.run(call)));
    expect(retryReport(error)?.elapsedMs).toBeGreaterThanOrEqual(38);
    expect(retryReport(error)?.elapsedMs).toBeLessThan(1_000);
  });
});

describe("an attempt", () => {
  test("is cut when its time is up, and tried again", async () => {
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
    { had: "its whole time", timeoutMs: 10_000, spentMs: 0, options: { attemptTimeoutMs: 500 }, starved: false },
    { had: "all that the invocation has", timeoutMs: 1_100, spentMs: 0, options: {}, starved: false },
    { had: "more than half of that", timeoutMs: 1_100, spentMs: 450, options: {}, starved: false },
    { had: "less than half of that", timeoutMs: 1_100, spentMs: 550, options: {}, starved: true },
    { had: "less than half of its time", timeoutMs: 10_100, spentMs: 9_000, options: {}, starved: true },
    { had: "all that a run may take", timeoutMs: 10_100, spentMs: 0, options: { maxElapsedMs: 400 }, starved: false },
    { had: "more than half of its time", timeoutMs: 10_100, spentMs: 8_000, options: {}, starved: false },
  ])("that is cut tells whether it was starved: it had $had", async ({ timeoutMs, spentMs, options, starved }) => {
    const clock = manualClock();
    const policy = createRetry({ ...free, maxRetries: 0, clock, ...options });
    const error = await invoke(timeoutMs, async () => {
      // The invocation's own time is real: as if it had gone by.
      const invocation = currentInvocation() as { endsAt: number };
      invocation.endsAt -= spentMs;
      const run = reasonOf(policy.run(({ signal }) => new Promise(() => void signal)));
      await clock.advance(20_000);
      return run;
    });
    expect(error).toMatchObject({ code: "ATTEMPT_TIMEOUT", starved });
  });

  test("that outlives its invocation is starved: the process may have been frozen since", async () => {
    const policy = createRetry({ ...free, maxRetries: 0, attemptTimeoutMs: 20 });
    let run: Promise<unknown> | undefined;
    await invoke(10_000, async () => {
      run = reasonOf(policy.run(({ signal }) => new Promise(() => void signal)));
      // Its timer runs when the invocation ends.
      await turn();
    });
    expect(await run).toMatchObject({ code: "ATTEMPT_TIMEOUT", starved: true });
  });

  test("made by hand is starved only where that is said", () => {
    expect(
      [new AttemptTimeoutError(1, 100), new AttemptTimeoutError(1, 100, true)].map((error) => error.starved),
    ).toEqual([false, true]);
  });

  test("outside of any invocation is never starved", async () => {
    const clock = manualClock();
    const run = reasonOf(
      createRetry({ ...free, maxRetries: 0, clock }).run(({ signal }) => new Promise(() => void signal)),
    );
    await clock.advance(3_000);
    expect(await run).toMatchObject({ timeoutMs: 3_000, starved: false });
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

  test("has 3 seconds unless said otherwise, or none at all", async () => {
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
    expect(error).toMatchObject({ code: "ATTEMPT_TIMEOUT", timeoutMs: 0 });
  });

  test("that reads no signal is not cut", async () => {
    const clock = manualClock();
    const done = createRetry({ clock, attemptTimeoutMs: 100 }).run(() => clock.sleep(10_000).then(() => "slow"));
    await clock.advance(10_000);
    expect(await done).toBe("slow");
  });

  test("that reads its signal late is told of its timeout, whatever error it makes of it", async () => {
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
    "may come to a value in spite of its cut: %s",
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

  test("knows what time it has, without a timer", async () => {
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

  test("has no time once it is over, cut or not", async () => {
    const attempts: Attempt[] = [];
    const policy = createRetry({ ...free, maxRetries: 1, attemptTimeoutMs: 20 });
    await policy.run((attempt) => {
      attempts.push(attempt);
      return attempt.number === 1 ? new Promise(() => attempt.signal) : undefined;
    });
    expect(attempts.map(({ remainingMs }) => remainingMs)).toEqual([0, 0]);
  });

  test("gives the same signal each time, and one that tells the truth after the end", async () => {
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

  test("whose result comes after its cut disturbs nobody", async () => {
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

  test("that has ended is not cut by a timer that could not be stopped any more", async () => {
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

  test("that ends within its turn of the loop starts no timer, one that does not is cut by the system's clock", async () => {
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

describe("the caller's signal", () => {
  const reason = new Error("the client has gone");

  test("that has aborted already lets nothing be called", async () => {
    const signal = AbortSignal.abort(reason);
    let calls = 0;
    const count = (): number => calls++;
    expect(await reasonOf(createRetry({ signal }).run(count))).toBe(reason);
    expect(await reasonOf(createRetry().run(count, { signal }))).toBe(reason);
    const live = new AbortController().signal;
    expect(await reasonOf(createRetry({ signal: live }).run(count, { signal }))).toBe(reason);
    expect(getEventListeners(live, "abort")).toEqual([]);
    expect(calls).toBe(0);
  });

  test.each([
    ["reads its signal", ({ signal }: Attempt) => new Promise((_, reject) => signal.addEventListener("abort", reject))],
    ["reads none", () => new Promise(() => {})],
  ])("ends an attempt that %s, in under 5 ms and with nothing left behind", { retry: 2 }, async (_name, call) => {
    const controller = new AbortController();
    const before = process.getActiveResourcesInfo();
    const events: object[] = [];
    const stop = subscribe((event) => events.push(event));
    const policy = createRetry({ backoff: constant(0) });
    const done = reasonOf(policy.run(call, { signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const abortedAt = performance.now();
    controller.abort(reason);
    expect(await done).toBe(reason);
    expect(performance.now() - abortedAt).toBeLessThan(5);
    stop();
    expect(retryReport(reason)).toMatchObject({ attempts: 1, reason: "aborted" });
    expect(events).toEqual([]);
    expect(policy.budget).toMatchObject({ tokens: 1 });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    expect(process.getActiveResourcesInfo()).toEqual(before);
  });

  // Retried: on a busy machine the test itself may be held up for longer than that.
  test("ends a wait in under 5 ms, with nothing left behind", { retry: 2 }, async () => {
    const controller = new AbortController();
    const before = process.getActiveResourcesInfo();
    const policy = createRetry({ backoff: constant(60_000), signal: controller.signal });
    const done = reasonOf(policy.run(() => Promise.reject(new Error("down"))));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const abortedAt = performance.now();
    controller.abort(reason);
    expect(await done).toBe(reason);
    expect(performance.now() - abortedAt).toBeLessThan(5);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    expect(process.getActiveResourcesInfo()).toEqual(before);
  });

  test("is not blamed for a wait that fails by itself, on a clock of the user's own", async () => {
    const error = new Error("no time");
    const clock = { now: () => 0, sleep: () => Promise.reject(error) };
    const policy = createRetry({ ...free, clock });
    expect(await reasonOf(policy.run(() => Promise.reject(new Error("down"))))).toBe(error);
  });

  test("that aborts at the very end of a wait lets no attempt begin", async () => {
    const controller = new AbortController();
    const sleep = async (): Promise<void> => controller.abort("gone");
    const budget = createRetryBudget();
    let calls = 0;
    async function call(): Promise<never> {
      calls += 1;
      throw new Error("down");
    }
    const policy = createRetry({ backoff: constant(0), budget, clock: { now: () => 0, sleep } });
    expect(await reasonOf(policy.run(call, { signal: controller.signal }))).toBe("gone");
    expect([calls, budget.tokens]).toEqual([1, 1]);
  });

  test("that aborts in a wait costs neither budget nor allowance", async () => {
    const policy = createRetry({ backoff: constant(60_000), attemptTimeoutMs: 1_000 });
    const left = await invoke(600_000, async () => {
      const controller = new AbortController();
      const before = allowance.get(currentScope() as Scope)?.retriesLeft;
      const done = reasonOf(policy.run(() => Promise.reject(new Error("down")), { signal: controller.signal }));
      await turn();
      const during = allowance.get(currentScope() as Scope)?.retriesLeft;
      controller.abort(reason);
      await done;
      return [before, during, allowance.get(currentScope() as Scope)?.retriesLeft];
    });
    expect(left).toEqual([1_000, 999, 1_000]);
    expect(policy.budget).toMatchObject({ tokens: 1 });
  });

  test("gives back no allowance that was not taken: the wait began before there was any", async () => {
    const policy = createRetry({ budget: false, backoff: constant(60_000) });
    const controller = new AbortController();
    const request = { event: {}, context: lambdaContext({ timeoutMs: 600_000 }) };
    const left = await new AsyncResource("invocation").runInAsyncScope(async () => {
      const scope = enterInvocation(request, {});
      const done = reasonOf(policy.run(() => Promise.reject(new Error("down")), { signal: controller.signal }));
      await turn();
      allowance.set(scope, { retriesLeft: 0 });
      controller.abort(reason);
      await done;
      return allowance.get(scope)?.retriesLeft;
    });
    expect(left).toBe(0);
  });

  test.each([true, false])(
    "that aborts while a failure is judged (to be retried: %s) ends the run",
    async (verdict) => {
      const controller = new AbortController();
      const retryable = (): boolean => {
        controller.abort(reason);
        return verdict;
      };
      const policy = createRetry({ backoff: constant(0), retryable });
      const done = policy.run(() => Promise.reject(new Error("down")), { signal: controller.signal });
      expect(await reasonOf(done)).toBe(reason);
      expect(retryReport(reason)).toMatchObject({ attempts: 1, reason: "aborted" });
      expect(policy.budget).toMatchObject({ tokens: 1 });
    },
  );

  test("that aborts while the call is being made ends it as well", async () => {
    const controller = new AbortController();
    let late: Attempt | undefined;
    const run = createRetry().run(
      (attempt) => {
        late = attempt;
        controller.abort(reason);
        return new Promise(() => {});
      },
      { signal: controller.signal },
    );
    expect(await reasonOf(run)).toBe(reason);
    expect(late?.signal.reason).toBe(reason);
  });

  test.each([0, 1])("may be the policy's and the run's at once; number %i aborts", async (which) => {
    const controllers = [new AbortController(), new AbortController()] as const;
    const [own, other] = controllers;
    const policy = createRetry({ signal: own.signal });
    const done = reasonOf(policy.run(() => new Promise(() => {}), { signal: other.signal }));
    expect(getEventListeners(own.signal, "abort")).toHaveLength(1);
    controllers[which]?.abort(reason);
    expect(await done).toBe(reason);
    for (const { signal } of controllers) expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("is let go of after a success", async () => {
    const { signal } = new AbortController();
    const call = async ({ number }: Attempt): Promise<void> => {
      if (number < 3) throw new Error("down");
    };
    await createRetry({ ...free, signal }).run(call);
    await createRetry({ ...free, signal }).run(call, { signal: new AbortController().signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
