import { subscribe } from "@midguard/kernel";
import { manualClock, seededRandom } from "@midguard/kernel/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  constant,
  createRetry,
  createRetryBudget,
  exponential,
  type Retry,
  type RetryBudget,
  retryReport,
} from "./index.ts";

const free = { budget: false, backoff: constant(0) } as const;

/** A call that fails with each of `failures` in turn, then gives "ok". */
function flaky(...failures: readonly unknown[]): () => Promise<string> {
  let calls = 0;
  return vi.fn(async () => {
    if (calls < failures.length) throw failures[calls++];
    return "ok";
  });
}

async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([promise]);
  if (result.status === "fulfilled") throw new Error(`did not fail, but came to ${String(result.value)}`);
  return result.reason;
}

afterEach(() => vi.restoreAllMocks());

describe("a run", () => {
  test("gives the value of a call that succeeds at once", async () => {
    const call = flaky();
    expect(await createRetry().run(call)).toBe("ok");
    expect(call).toHaveBeenCalledTimes(1);
  });

  test("takes calls that are not asynchronous", async () => {
    expect(await createRetry().run(() => 7)).toBe(7);
    const error = await reasonOf(
      createRetry().run(() => {
        throw new RangeError("sync");
      }),
    );
    expect(error).toEqual(new RangeError("sync"));
  });

  test("calls again until a call succeeds, and numbers the attempts from 1", async () => {
    const failures = [new Error("1"), new Error("2"), new Error("3")];
    const numbers: number[] = [];
    const value = await createRetry(free).run(async ({ number }) => {
      numbers.push(number);
      if (number <= failures.length) throw failures[number - 1];
      return "ok";
    });
    expect(value).toBe("ok");
    expect(numbers).toEqual([1, 2, 3, 4]);
  });

  test("works detached from its policy", async () => {
    const { run } = createRetry(free);
    expect(await run(flaky(new Error("1")))).toBe("ok");
  });

  test.each([
    ["a frozen error", Object.freeze(new Error("frozen"))],
    ["a string", "boom"],
    ["undefined", undefined],
    ["null", null],
  ])("ends with the very error of the last attempt: %s", async (_name, last) => {
    const error = await reasonOf(createRetry({ ...free, maxRetries: 1 }).run(flaky(new Error("first"), last)));
    expect(error).toBe(last);
    const report = { attempts: 2, elapsedMs: expect.any(Number), reason: "max-retries" };
    expect(retryReport(error)).toEqual(error instanceof Error ? report : undefined);
  });

  test("never makes more attempts than one and its retries", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(6), fc.nat(8), async (maxRetries, failures) => {
        const call = flaky(...Array.from({ length: failures }, (_, index) => new Error(String(index))));
        await Promise.allSettled([createRetry({ ...free, maxRetries }).run(call)]);
        expect(call).toHaveBeenCalledTimes(Math.min(failures, maxRetries) + 1);
      }),
    );
  });

  test("is not repeated where it must not be", async () => {
    const call = flaky(new Error("1"));
    const error = await reasonOf(createRetry(free).run(call, { once: true }));
    expect(call).toHaveBeenCalledTimes(1);
    expect(retryReport(error)?.reason).toBe("not-retryable");
  });

  test("does not retry what will not pass, and spends nothing on it", async () => {
    const policy = createRetry({ backoff: constant(0) });
    const notFound = Object.assign(new Error("404"), { statusCode: 404 });
    const call = flaky(notFound);
    expect(await reasonOf(policy.run(call))).toBe(notFound);
    expect(call).toHaveBeenCalledTimes(1);
    expect(retryReport(notFound)).toMatchObject({ attempts: 1, reason: "not-retryable" });
    expect(policy.budget).toMatchObject({ tokens: 1 });
  });

  test("keeps overlapping runs apart", async () => {
    const policy = createRetry({ ...free, maxRetries: 4 });
    const runs = Array.from({ length: 50 }, async (_, index) => {
      const seen: number[] = [];
      const value = await policy.run(async ({ number }) => {
        seen.push(number);
        await new Promise(setImmediate);
        if (number <= index % 5) throw new Error(String(index));
        return index;
      });
      expect(value).toBe(index);
      expect(seen).toEqual(Array.from({ length: (index % 5) + 1 }, (_, place) => place + 1));
    });
    await Promise.all(runs);
  });
});

describe("a value that is a failure", () => {
  test("is tried again, and returned when retries end", async () => {
    const answers = [503, 503, 502, 200].map((status) => new Response(null, { status }));
    const give = (policy: Retry): Promise<Response | undefined> => {
      return policy.run(async ({ number }) => answers[number - 1]);
    };
    expect(await give(createRetry(free))).toBe(answers[3]);
    const last = await give(createRetry({ ...free, maxRetries: 2 }));
    expect(last).toBe(answers[2]);
    expect(retryReport(last)).toMatchObject({ attempts: 3, reason: "max-retries" });
    expect(retryReport(answers[3])).toBeUndefined();
  });

  test("says nothing of the error that follows it", async () => {
    const bug = new TypeError("a bug");
    const call = vi.fn(async ({ number }: { number: number }) => {
      if (number === 2) throw bug;
      return new Response(null, { status: 503 });
    });
    expect(await reasonOf(createRetry(free).run(call))).toBe(bug);
    expect(call).toHaveBeenCalledTimes(2);
  });

  test("is what the policy's own rule says, asked once for each outcome", async () => {
    const retryable = vi.fn((failure: object) => "value" in failure && failure.value === "PENDING");
    const states = ["PENDING", "PENDING", "DONE"];
    expect(await createRetry({ ...free, retryable }).run(({ number }) => states[number - 1])).toBe("DONE");
    expect(retryable.mock.calls).toEqual(states.map((value) => [{ value }]));
  });
});

test("a rule that says nothing of a value leaves it a success", async () => {
  const retryable = (): boolean => undefined as unknown as boolean;
  const policy = createRetry({ retryable });
  const value = {};
  expect(await policy.run(() => value)).toBe(value);
  expect(retryReport(value)).toBeUndefined();
  expect(policy.budget).toMatchObject({ tokens: 1.2 });
});

describe("the wait", () => {
  test("is what the backoff says, given the attempt, its own last delay and the policy's chance", async () => {
    const clock = manualClock();
    const backoff = vi.fn((attempt: number) => attempt * 100);
    const random = seededRandom(1);
    const policy = createRetry({ budget: false, backoff, clock, random });
    const startedAt = clock.now();
    const begun: number[] = [];
    const done = policy.run(async ({ number }) => {
      begun.push(clock.now() - startedAt);
      if (number <= 3) throw Object.assign(new Error("busy"), { headers: { "retry-after": number === 2 ? "5" : "0" } });
    });
    await clock.advance(10_000);
    await done;
    expect(begun).toEqual([0, 100, 5_100, 5_400]);
    expect(backoff.mock.calls).toEqual([
      [1, 0, random],
      [2, 100, random],
      [3, 200, random],
    ]);
  });

  test.each([
    [{ afterMs: 700 }, 700],
    [{ afterMs: 1 }, 100],
    [{ afterMs: Number.NaN }, 100],
    [true, 2_000],
  ])("has the rule's answer %j as its floor", async (verdict, expected) => {
    const clock = manualClock();
    const policy = createRetry({
      backoff: constant(100),
      clock,
      retryable: (failure) => "error" in failure && verdict,
    });
    const startedAt = clock.now();
    const done = policy.run(async ({ number }) => {
      if (number === 1) throw Object.assign(new Error("busy"), { headers: { "retry-after": "2" } });
      return clock.now() - startedAt;
    });
    await clock.advance(10_000);
    expect(await done).toBe(expected);
  });

  test.each([Number.NaN, -5, undefined])("is none where the backoff says %s", async (ms) => {
    const delays: number[] = [];
    const stop = subscribe((event) => event.type === "retry.scheduled" && delays.push(event.delayMs));
    const policy = createRetry({ budget: false, backoff: () => ms as number });
    expect(await policy.run(flaky(new Error("1")))).toBe("ok");
    stop();
    expect(delays).toEqual([0]);
  });

  test("is not begun where it would end in the very moment that time is up", async () => {
    const clock = manualClock();
    const run = (delayMs: number): Promise<string> => {
      return createRetry({ backoff: constant(delayMs), maxElapsedMs: 100, clock }).run(flaky("down"));
    };
    expect(await reasonOf(run(100))).toBe("down");
    const done = run(99);
    await clock.advance(99);
    expect(await done).toBe("ok");
  });

  test("is not begun where it would never end", async () => {
    const error = new Error("down");
    expect(await reasonOf(createRetry({ backoff: constant(Infinity) }).run(flaky(error)))).toBe(error);
    expect(retryReport(error)).toMatchObject({ attempts: 1, reason: "deadline" });
  });

  test("follows no wall clock that jumps", async () => {
    const clock = manualClock();
    const policy = createRetry({ clock, backoff: constant(1_000), maxElapsedMs: 5_000 });
    const call = flaky(new Error("1"));
    const done = policy.run(call);
    await clock.advance(0);
    vi.spyOn(Date, "now").mockReturnValue(0);
    await clock.advance(999);
    expect(call).toHaveBeenCalledTimes(1);
    vi.spyOn(Date, "now").mockReturnValue(8e15);
    await clock.advance(1);
    expect(await done).toBe("ok");
  });
});

const boom = new Error("a bug");
function throws(): never {
  throw boom;
}

describe("a callback that throws", () => {
  test.each([
    ["retryable", { retryable: throws }],
    ["backoff", { backoff: throws }],
    ["random", { backoff: exponential(), random: throws }],
  ])("%s: the call's own error stands, and the mistake is a warning", async (_name, options) => {
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    const call = flaky("the error");
    expect(await reasonOf(createRetry({ name: "shop", ...options }).run(call))).toBe("the error");
    expect(call).toHaveBeenCalledTimes(1);
    const message = 'A callback of the retry policy "shop" threw: Error: a bug';
    expect(warn).toHaveBeenCalledExactlyOnceWith(message, "MidguardWarning");
  });

  test("does not hide the call's own error where that is what throws when its headers are read", async () => {
    vi.spyOn(process, "emitWarning").mockReturnValue();
    const error = Object.assign(new Error("down"), { headers: { get: throws } });
    expect(await reasonOf(createRetry().run(flaky(error)))).toBe(error);
  });

  test("harms nothing where what it throws cannot be written as text", async () => {
    vi.spyOn(process, "emitWarning").mockReturnValue();
    const retryable = () => {
      throw Object.create(null);
    };
    expect(await createRetry({ retryable }).run(flaky())).toBe("ok");
  });

  test("leaves a success a success", async () => {
    vi.spyOn(process, "emitWarning").mockReturnValue();
    expect(await createRetry({ retryable: throws }).run(flaky())).toBe("ok");
  });

  const mistakes: Readonly<Record<string, object>> = {
    retryable: { retryable: async () => true },
    backoff: { retryable: () => true, backoff: async () => 0 },
  };
  test.each(Object.entries(mistakes))(
    "is %s, too, where it is async: no promise counts as true, and no good call is made again",
    async (name, options) => {
      const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
      const call = flaky();
      expect(await createRetry({ budget: false, ...options }).run(call)).toBe("ok");
      expect(call).toHaveBeenCalledTimes(1);
      const message = `A callback of the retry policy "default" threw: TypeError: ${name} must be no async function, got a promise`;
      expect(warn).toHaveBeenCalledExactlyOnceWith(message, "MidguardWarning");
    },
  );
});

test("a run of what is no function is refused, and says so in minified code, too", async () => {
  const error = await reasonOf(createRetry().run(Promise.resolve(7) as never));
  expect(error).toEqual(new TypeError("fn must be a function, got a promise"));
});

describe("the budget", () => {
  test("is not taken to have paid where spend is async", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    const budget = { ...createRetryBudget(), tokens: 1, spend: async () => false } as unknown as RetryBudget;
    const call = flaky("down", "down");
    expect(await reasonOf(createRetry({ name: "shop", backoff: constant(0), budget }).run(call))).toBe("down");
    expect(call).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("spend of the budget"), "MidguardWarning");
  });

  test("does not pay for a retry that an open circuit rejects", async () => {
    const open = Object.assign(new Error("open"), { code: "CIRCUIT_OPEN", headers: {}, problem: {} });
    const policy = createRetry({ backoff: constant(0) });
    expect(await reasonOf(policy.run(flaky(new Error("down"), open)))).toBe(open);
    expect((policy.budget as RetryBudget).tokens).toBe(1);
    expect(await policy.run(flaky(new Error("down")))).toBe("ok");
  });

  test("ends retries, and is earned back by successes", async () => {
    const policy = createRetry({ backoff: constant(0) });
    expect(await policy.run(flaky(new Error("1")))).toBe("ok");
    const error = await reasonOf(policy.run(flaky(new Error("2"), new Error("3"))));
    expect(error).toEqual(new Error("2"));
    expect(retryReport(error)).toMatchObject({ attempts: 1, reason: "budget" });
    for (let call = 0; call < 4; call++) await policy.run(flaky());
    expect(await policy.run(flaky(new Error("4")))).toBe("ok");
  });

  test("is one for all policies that share it, and each policy's own otherwise", async () => {
    const budget = createRetryBudget();
    const reads = createRetry({ budget, backoff: constant(0) });
    const writes = createRetry({ budget, backoff: constant(0) });
    expect(reads.budget).toBe(budget);
    await reads.run(flaky(new Error("1")));
    expect(await reasonOf(writes.run(flaky(new Error("2"))))).toEqual(new Error("2"));
    expect(await createRetry({ backoff: constant(0) }).run(flaky(new Error("3")))).toBe("ok");
  });

  test("bounds retries by successes in any run of luck", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 40 }), async (failuresOfRuns) => {
        const policy = createRetry({ backoff: constant(0) });
        let attempts = 0;
        let successes = 0;
        for (const failures of failuresOfRuns) {
          const run = policy.run(async ({ number }) => {
            attempts++;
            if (number <= failures) throw new Error("down");
          });
          successes += Number((await Promise.allSettled([run]))[0].status === "fulfilled");
        }
        expect(attempts - failuresOfRuns.length).toBeLessThanOrEqual(1 + 0.2 * successes + 1e-6);
      }),
      { numRuns: 50 },
    );
  });

  test.each<[string, Partial<RetryBudget>, string]>([
    ["earn", { earn: throws }, "ok"],
    ["spend", { spend: throws }, "down"],
  ])("of the user's own that throws in %s changes no run, and is a warning", async (_name, mistake, expected) => {
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    const budget = { ...createRetryBudget(), tokens: 1, ...mistake };
    const outcome = createRetry({ name: "shop", budget, backoff: constant(0) }).run(flaky("down"));
    expect(await outcome.catch((error) => error)).toBe(expected);
    const message = 'A callback of the retry policy "shop" threw: Error: a bug';
    expect(warn).toHaveBeenCalledExactlyOnceWith(message, "MidguardWarning");
  });

  test("of the user's own that throws when a retry is given back does so, too", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    const controller = new AbortController();
    const budget = { ...createRetryBudget(), tokens: 1, refund: throws };
    const policy = createRetry({ budget, backoff: constant(60_000), signal: controller.signal });
    setImmediate(() => controller.abort("gone"));
    expect(await reasonOf(policy.run(flaky("down")))).toBe("gone");
    expect(warn).toHaveBeenCalledTimes(1);
  });

  test("costs nothing for a retry that is not made", async () => {
    const clock = manualClock();
    const policy = createRetry({ backoff: constant(1_000), maxElapsedMs: 500, clock });
    expect(retryReport(await reasonOf(policy.run(flaky(new Error("1")))))?.reason).toBe("max-elapsed");
    expect(policy.budget).toMatchObject({ tokens: 1 });
  });
});

describe("events", () => {
  function listen(): { events: object[]; stop: () => void } {
    const events: object[] = [];
    return { events, stop: subscribe((event) => events.push(event)) };
  }

  test("tell each retry, and how it ended", async () => {
    const { events, stop } = listen();
    const clock = manualClock();
    const policy = createRetry({ name: "payments", budget: false, backoff: constant(40), maxRetries: 1, clock });
    const done = reasonOf(policy.run(flaky("first", "second")));
    await clock.advance(40);
    await done;
    stop();
    expect(events).toEqual([
      { type: "retry.scheduled", source: "payments", attempt: 1, delayMs: 40, failure: { error: "first" } },
      {
        type: "retry.exhausted",
        source: "payments",
        attempts: 2,
        elapsedMs: 40,
        reason: "max-retries",
        failure: { error: "second" },
      },
    ]);
  });

  test("call it exhausted neither where a failure will not pass, nor where the caller went away", async () => {
    const { events, stop } = listen();
    await reasonOf(createRetry(free).run(flaky(new TypeError("a bug"))));
    const controller = new AbortController();
    const waiting = reasonOf(createRetry({ backoff: constant(1_000) }).run(flaky("x"), { signal: controller.signal }));
    await new Promise(setImmediate);
    controller.abort();
    await waiting;
    await createRetry().run(flaky());
    stop();
    expect(events).toEqual([
      { type: "retry.scheduled", source: "default", attempt: 1, delayMs: 1_000, failure: { error: "x" } },
    ]);
  });
});

test("nothing is reported of what no policy ended with", () => {
  for (const outcome of [new Error("x"), "x", undefined, null, 7]) expect(retryReport(outcome)).toBeUndefined();
});

test("a function that was thrown is reported as well", async () => {
  const thrown = (): void => {};
  expect(retryReport(await reasonOf(createRetry({ maxRetries: 0 }).run(flaky(thrown))))?.attempts).toBe(1);
});
