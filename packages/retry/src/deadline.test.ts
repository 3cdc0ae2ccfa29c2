import middy from "@middy/core";
import { type Outcome, subscribe } from "@midguard/kernel";
import { enterInvocation } from "@midguard/kernel/internal";
import { lambdaContext, manualClock } from "@midguard/kernel/testing";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { reasonOf } from "../test-support/calls.ts";
import { type Attempt, constant, createRetry, createRetryBudget, retry, retryReport } from "./index.ts";

const free = { budget: false, backoff: constant(0) } as const;

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
  test("lets no attempt and no wait start that cannot end before it", async () => {
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

  test("keeps the reserve of its invocation, 100 ms by default", async () => {
    const policy = createRetry(free);
    const called = (): Promise<string> => policy.run(() => "called");
    expect(await reasonOf(invoke(90, called))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(await invoke(90, called, 20)).toBe("called");
    expect(await reasonOf(invoke(900, called, 1_000))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(await invoke(900, called)).toBe("called");
  });

  test("keeps 100 ms in an invocation that another middleware entered", async () => {
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

  test("ends a run at once if Retry-After does not fit before it", async () => {
    const policy = createRetry({ budget: false });
    const busy = Object.assign(new Error("busy"), { headers: { "retry-after": "30" } });
    const startedAt = performance.now();
    expect(await reasonOf(invoke(5_000, () => policy.run(() => Promise.reject(busy))))).toBe(busy);
    expect(performance.now() - startedAt).toBeLessThan(100);
    expect(retryReport(busy)).toMatchObject({ attempts: 1, reason: "deadline" });
  });

  test("ends a hanging attempt, and the dependency's own error from before is thrown", async () => {
    const clock = manualClock();
    const retryable = (outcome: Outcome): boolean => !outcome.ok && outcome.error === real;
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
  ])("that ends %s leaves only its timeout to report", async (_name, hangs, first) => {
    const clock = manualClock();
    // By this rule a timeout would not be tried again; that time was up is the reason all the same.
    const retryable = (outcome: Outcome): boolean => outcome.ok && outcome.value instanceof Response;
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
    const budget = createRetryBudget({ initial: 1 });
    const policy = createRetry({ backoff: constant(100), maxElapsedMs: 1_000, clock, budget });
    const done = reasonOf(policy.run(() => Promise.reject(new Error("down"))));
    await turn();
    expect(policy.budget).toMatchObject({ tokens: 0 });
    clock.jump(3_600_000);
    await clock.advance(100);
    await done;
    expect(policy.budget).toMatchObject({ tokens: 1 });
  });

  test("has passed for a run that outlives its invocation", async () => {
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

  test("is independent of how long a run took: elapsedMs counts from its start", async () => {
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
