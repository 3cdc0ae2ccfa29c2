import { AsyncResource } from "node:async_hooks";
import { getEventListeners } from "node:events";
import middy from "@middy/core";
import { subscribe } from "@midguard/kernel";
import { currentScope, enterInvocation, type Scope } from "@midguard/kernel/internal";
import { lambdaContext, manualClock } from "@midguard/kernel/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { reasonOf } from "../test-support/calls.ts";
import { allowance } from "./engine/allowance.ts";
import { type Attempt, constant, createRetry, createRetryBudget, retry, retryReport } from "./index.ts";

// In Lambda a budget starts with one retry.
beforeEach(() => void vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "test"));

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

describe("the caller's signal", () => {
  const reason = new Error("the client has gone");

  test("that has aborted already prevents any call", async () => {
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

  test("that aborts at the very end of a wait prevents the next attempt", async () => {
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

  test("that aborts in a wait is the reason to stop, even if time ran out in the same wait", async () => {
    const clock = manualClock();
    // A clock of the user's own may ignore the signal.
    const deaf = { now: clock.now, sleep: (ms: number) => clock.sleep(ms) };
    const controller = new AbortController();
    const policy = createRetry({ budget: false, backoff: constant(100), maxElapsedMs: 500, clock: deaf });
    const done = reasonOf(policy.run(() => Promise.reject(new Error("down")), { signal: controller.signal }));
    await clock.advance(0);
    clock.jump(1_000);
    controller.abort(reason);
    await clock.advance(0);
    expect(await done).toBe(reason);
    expect(retryReport(reason)).toEqual({ attempts: 1, elapsedMs: 1_000, reason: "aborted" });
  });

  test("that aborts once a run has no time for another attempt changes neither its error nor the reason", async () => {
    const controller = new AbortController();
    const error = new Error("down");
    const clock = manualClock();
    const backoff = (): number => {
      controller.abort(reason);
      return 500;
    };
    const policy = createRetry({ budget: false, backoff, maxElapsedMs: 500, clock });
    expect(await reasonOf(policy.run(() => Promise.reject(error), { signal: controller.signal }))).toBe(error);
    expect(retryReport(error)).toEqual({ attempts: 1, elapsedMs: 0, reason: "max-elapsed" });
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

  test("returns no allowance that was not taken: the wait began before there was any", async () => {
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

  test("has no listener left after a success", async () => {
    const { signal } = new AbortController();
    const call = async ({ number }: Attempt): Promise<void> => {
      if (number < 3) throw new Error("down");
    };
    await createRetry({ ...free, signal }).run(call);
    await createRetry({ ...free, signal }).run(call, { signal: new AbortController().signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
