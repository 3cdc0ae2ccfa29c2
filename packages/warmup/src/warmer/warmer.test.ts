import { type ManualClock, manualClock, seededRandom } from "@midguard/kernel/testing";
import { describe, expect, test, vi } from "vitest";
import { simulatedFleet } from "../../fixtures/simulated-fleet.ts";
import type { WarmupPing } from "../ping.ts";
import type { Invoker, PingCall, PingReply } from "./invoker.ts";
import { isWarm, type TargetReport, type WarmReport } from "./report.ts";
import { createWarmer, type WarmerOptions } from "./warmer.ts";

/** Runs a warmer on a manual clock until it reports. */
async function warmed(clock: ManualClock, options: WarmerOptions, signal?: AbortSignal): Promise<WarmReport> {
  let settled = false;
  const run = createWarmer({ clock, wallNow: clock.now, ...options }).run(signal);
  const done = run.finally(() => {
    settled = true;
  });
  while (!settled) await clock.advance(10);
  return done;
}

async function warmedOne(clock: ManualClock, options: WarmerOptions): Promise<TargetReport> {
  const { targets } = await warmed(clock, options);
  expect(targets).toHaveLength(1);
  return targets[0] as TargetReport;
}

/** An answer of `warmup()`; each environment has a name. */
function answered(environmentId: string, facts: object = {}): PingReply {
  const answer = { warmup: true, environmentId, ageMs: 5, cold: false, initType: "on-demand", ...facts };
  return { kind: "answered", version: "$LATEST", answer };
}

/** An invoker that keeps its calls and answers by `reply`. */
function invokerBy(reply: (call: PingCall, index: number) => PingReply | Promise<PingReply>) {
  const calls: PingCall[] = [];
  const invoke = vi.fn(async (call: PingCall) => reply(call, calls.push(call) - 1));
  return { calls, invoke };
}

describe("different environments, simulated with 20 seeds", () => {
  /** One in ten invocations is late by up to 10 times as much, as over new connections. */
  const spreads = {
    "arrivals within 20 ms": (random: () => number) => random() * 20,
    "arrivals of 5 to 250 ms": (random: () => number) => 5 + random() * 245,
    "a queue with a median of 60 ms": (random: () => number) => 60 * Math.exp(1.1 * gaussian(random)),
  };
  function gaussian(random: () => number): number {
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  }
  const cases = Object.entries(spreads).flatMap(([name, spread]) =>
    [5, 10, 20, 50].flatMap((concurrency) => [0, 3, concurrency].map((warm) => ({ name, spread, concurrency, warm }))),
  );

  test.each(cases)("at least 99 % of $concurrency with $name, $warm warm before", async (given) => {
    const { spread, concurrency, warm } = given;
    let distinct = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const clock = manualClock();
      const random = seededRandom(seed);
      const invoker = simulatedFleet({ clock, arrivalMs: () => spread(random), warm });
      const report = await warmedOne(clock, { targets: [{ functionName: "users", concurrency }], invoker });
      expect(report.rounds).toBeLessThanOrEqual(2);
      expect(report.distinct).toBeLessThanOrEqual(invoker.size);
      distinct += report.distinct;
    }
    expect(distinct / (20 * concurrency)).toBeGreaterThanOrEqual(0.99);
  });
});

/** How long a ping asks to be held. */
function heldMs({ holdUntil, sentAt }: WarmupPing): number | undefined {
  return holdUntil === undefined ? undefined : holdUntil - Number(sentAt);
}

describe("one target", () => {
  test("with a concurrency of 1 is pinged once, without a hold", async () => {
    const clock = manualClock();
    const sentAt = clock.now();
    const { calls, invoke } = invokerBy(() => answered("a", { cold: true, ageMs: 7, primed: true }));
    const payload = { path: "/users/1" };
    const report = await warmed(clock, {
      targets: [{ functionName: "users", qualifier: "live", tenantId: "shop", payload }],
      invoker: { invoke },
    });
    const { correlationId } = report;
    const [first] = calls;
    expect(calls).toHaveLength(1);
    expect(first).toEqual({
      functionName: "users",
      qualifier: "live",
      tenantId: "shop",
      invocationType: "RequestResponse",
      ping: { warmup: true, sentAt, holdUntil: undefined, correlationId, index: 0, of: 1, payload },
    });
    expect(report.targets).toEqual([
      {
        functionName: "users",
        qualifier: "live",
        tenantId: "shop",
        version: "$LATEST",
        asked: 1,
        distinct: 1,
        cold: 1,
        primed: 1,
        oldestAgeMs: 7,
        pings: 1,
        rounds: 0,
        skipped: undefined,
        failures: [],
        durationMs: 0,
      },
    ]);
  });

  test("with several is pinged once, then all at once, held until one moment", async () => {
    const clock = manualClock();
    const { calls, invoke } = invokerBy((_, index) => answered(`environment ${index % 3}`));
    const report = await warmedOne(clock, {
      targets: [{ functionName: "users", concurrency: 3 }],
      invoker: { invoke },
    });
    expect(report).toMatchObject({ asked: 3, distinct: 3, pings: 4, rounds: 1 });
    expect(calls.map(({ ping }) => heldMs(ping))).toEqual([undefined, 500, 500, 500]);
    expect(calls.map(({ ping }) => ping.index)).toEqual([0, 0, 1, 2]);
  });

  test("is asked again with twice the hold, for all, while environments are missing", async () => {
    const clock = manualClock();
    const { calls, invoke } = invokerBy(() => answered("the same"));
    const report = await warmedOne(clock, {
      targets: [{ functionName: "users", concurrency: 2 }],
      invoker: { invoke },
      rounds: 3,
      holdMs: 100,
    });
    expect(report).toMatchObject({ asked: 2, distinct: 1, pings: 7, rounds: 3, failures: [] });
    expect(isWarm(report)).toBe(false);
    expect(calls.map(({ ping }) => heldMs(ping))).toEqual([undefined, 100, 100, 200, 200, 400, 400]);
  });

  test.each(["provisioned-concurrency", "lambda-managed-instances", "snap-start"])(
    "on %s is left alone",
    async (initType) => {
      const { calls, invoke } = invokerBy(() => answered("a", { initType }));
      const targets = [{ functionName: "users", concurrency: 5 }];
      const report = await warmedOne(manualClock(), { targets, invoker: { invoke } });
      expect(report).toMatchObject({ skipped: initType, pings: 1, rounds: 0 });
      expect(isWarm(report)).toBe(true);
      expect(calls).toHaveLength(1);
    },
  );

  test.each([
    [59_999, "recently-used", 1],
    [60_000, undefined, 6],
    [undefined, undefined, 6],
  ])("idle for %s ms, of 60,000 that count as recent: skipped is %s", async (idleMs, skipped, pings) => {
    const { invoke } = invokerBy((_, index) => answered(`environment ${index}`, { idleMs }));
    const targets = [{ functionName: "users", concurrency: 5, skipIfUsedWithinMs: 60_000 }];
    expect(await warmedOne(manualClock(), { targets, invoker: { invoke } })).toMatchObject({ skipped, pings });
  });

  test("sent as an event is one ping, unseen", async () => {
    const { calls, invoke } = invokerBy(() => ({ kind: "accepted" }));
    const targets = [{ functionName: "users", invocationType: "Event" as const }];
    const report = await warmedOne(manualClock(), { targets, invoker: { invoke } });
    expect(calls.map(({ invocationType }) => invocationType)).toEqual(["Event"]);
    expect(report).toMatchObject({ asked: 1, distinct: 0, pings: 1, oldestAgeMs: undefined, failures: [] });
    expect(isWarm(report)).toBe(true);
  });

  test("whose prime fails reports why, and is not warm", async () => {
    const { invoke } = invokerBy((_, index) =>
      answered(
        index < 2 ? "a" : "b",
        index === 2 ? { primed: true } : { primed: false, primeError: "Error: no route" },
      ),
    );
    const report = await warmedOne(manualClock(), {
      targets: [{ functionName: "users", concurrency: 2 }],
      invoker: { invoke },
    });
    const failures = [{ reason: "prime-failed", message: "Error: no route", count: 2 }];
    expect(report).toMatchObject({ distinct: 2, primed: 1, failures });
    expect(isWarm(report)).toBe(false);
  });

  test("whose answers lack what the report shows is warm nevertheless", async () => {
    const answer = { warmup: true, environmentId: "a", primed: false };
    const { invoke } = invokerBy(() => ({ kind: "answered", version: undefined, answer }));
    const report = await warmedOne(manualClock(), { targets: [{ functionName: "users" }], invoker: { invoke } });
    const failures = [{ reason: "prime-failed", message: "prime failed", count: 1 }];
    expect(report).toMatchObject({ distinct: 1, cold: 0, oldestAgeMs: 0, version: undefined, failures });
  });

  test("that was cold in an earlier round counts as cold", async () => {
    const { invoke } = invokerBy((_, index) => answered("a", { cold: index === 0 }));
    const report = await warmedOne(manualClock(), {
      targets: [{ functionName: "users", concurrency: 2 }],
      invoker: { invoke },
    });
    expect(report).toMatchObject({ distinct: 1, cold: 1 });
  });
});

describe("a failure", () => {
  test.each<[string, PingReply, string]>([
    ["of the invoker", { kind: "failed", reason: "throttled", message: "slow down" }, "throttled"],
    ["of an old ping", { kind: "answered", version: "1", answer: { warmup: true, stale: true } }, "stale"],
    ["of a function without warmup()", { kind: "answered", version: "1", answer: { statusCode: 200 } }, "not-warmup"],
    ["of a function that answers nothing", { kind: "answered", version: "1", answer: null }, "not-warmup"],
    [
      "of a forged answer",
      { kind: "answered", version: "1", answer: { warmup: true, environmentId: 7 } },
      "not-warmup",
    ],
  ])("%s is one row, after one ping; the other targets are warmed", async (_, reply, reason) => {
    const { invoke } = invokerBy(({ functionName }, index) => (functionName === "bad" ? reply : answered(`${index}`)));
    const { targets } = await warmed(manualClock(), {
      targets: [
        { functionName: "good", concurrency: 3 },
        { functionName: "bad", concurrency: 3 },
        { functionName: "good too" },
      ],
      invoker: { invoke },
    });
    expect(targets.map(({ functionName, distinct, pings }) => [functionName, distinct, pings])).toEqual([
      ["good", expect.toSatisfy((distinct: number) => distinct >= 3), 4],
      ["bad", 0, 1],
      ["good too", 1, 1],
    ]);
    expect(targets[1]?.failures).toEqual([{ reason, message: expect.any(String), count: 1 }]);
    expect(targets.map(isWarm)).toEqual([true, false, true]);
  });

  test("of an invoker that throws is unreachable, with its message on one line", async () => {
    const failure = new Error("getaddrinfo ENOTFOUND\nlambda.eu-west-9.amazonaws.com");
    const { invoke } = invokerBy(() => Promise.reject(failure));
    const report = await warmedOne(manualClock(), { targets: [{ functionName: "users" }], invoker: { invoke } });
    expect(report.failures).toEqual([
      { reason: "unreachable", message: "getaddrinfo ENOTFOUND\\nlambda.eu-west-9.amazonaws.com", count: 1 },
    ]);
  });

  test.each([
    ["down", "down"],
    [{ toString: null }, "an error that cannot be shown"],
  ])("of an invoker that throws %j has a message", async (thrown, message) => {
    const { invoke } = invokerBy(() => Promise.reject(thrown));
    const report = await warmedOne(manualClock(), { targets: [{ functionName: "users" }], invoker: { invoke } });
    expect(report.failures).toEqual([{ reason: "unreachable", message, count: 1 }]);
  });

  test("in a round does not end the rounds", async () => {
    const { invoke } = invokerBy((_, index) =>
      index === 1 ? { kind: "failed", reason: "throttled", message: `${index}` } : answered(`${Math.min(index, 4)}`),
    );
    const targets = [{ functionName: "users", concurrency: 3 }];
    const report = await warmedOne(manualClock(), { targets, invoker: { invoke } });
    expect(report).toMatchObject({ distinct: 3, rounds: 1, failures: [{ reason: "throttled", count: 1 }] });
  });

  test("to answer in time is a row, whether or not the invoker heeds its signal", async () => {
    const signals: AbortSignal[] = [];
    const invoker: Invoker = {
      invoke(_, signal) {
        signals.push(signal);
        return new Promise(() => {});
      },
    };
    const report = await warmedOne(manualClock(), {
      targets: [{ functionName: "users" }],
      invoker,
      holdMs: 100,
      pingTimeoutMs: 900,
    });
    const failures = [{ reason: "no-answer", message: "no answer within 900 ms", count: 1 }];
    expect(report).toMatchObject({ failures, durationMs: 900 });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe("a run", () => {
  test("that is aborted reports every target", async () => {
    const clock = manualClock();
    const stop = new AbortController();
    clock.sleep(200).then(() => stop.abort(new Error("out of time")));
    const invoker: Invoker = {
      invoke: ({ functionName }) => (functionName === "quick" ? Promise.resolve(answered("a")) : new Promise(() => {})),
    };
    const targets = [{ functionName: "quick" }, { functionName: "slow" }];
    const report = await warmed(clock, { targets, invoker }, stop.signal);
    expect(report.targets.map(({ distinct }) => distinct)).toEqual([1, 0]);
    expect(report.targets[1]?.failures).toEqual([{ reason: "no-answer", message: "out of time", count: 1 }]);
    expect(report.durationMs).toBe(200);
  });

  test("begins within the jitter, by the random source", async () => {
    const clock = manualClock();
    const startedAt = clock.now();
    const sentAt: number[] = [];
    const { invoke } = invokerBy(({ ping }) => {
      sentAt.push((ping.sentAt as number) - startedAt);
      return answered("a");
    });
    const options = { targets: [{ functionName: "users" }], invoker: { invoke }, jitterMs: 8_000, random: () => 0.25 };
    await warmed(clock, options);
    expect(sentAt).toEqual([2_000]);
    // An abort ends the delay.
    const report = await warmed(clock, options, AbortSignal.abort(new Error("enough")));
    expect(report.targets[0]?.failures[0]?.message).toBe("enough");
  });

  test("runs at most maxParallel invocations at once, and holds by the time at which a round begins", async () => {
    const clock = manualClock();
    let running = 0;
    let most = 0;
    const holds: number[] = [];
    const { invoke } = invokerBy(async ({ ping }, index) => {
      running += 1;
      most = Math.max(most, running);
      if (ping.holdUntil !== undefined) holds.push(ping.holdUntil - clock.now());
      await clock.sleep(400);
      running -= 1;
      return answered(`${index}`);
    });
    const targets = Array.from({ length: 5 }, (_, index) => ({ functionName: `f${index}`, concurrency: 4 }));
    const report = await warmed(clock, { targets, invoker: { invoke }, maxParallel: 4 });
    expect(most).toBe(4);
    expect(report.targets.map(({ pings }) => pings)).toEqual([5, 5, 5, 5, 5]);
    expect(new Set(holds)).toEqual(new Set([500]));
  });

  test("warms both versions of a weighted alias", async () => {
    const { calls, invoke } = invokerBy(({ qualifier }, index) => {
      return { ...answered(`${qualifier} ${index}`), version: qualifier } as PingReply;
    });
    const versionsOf = vi.fn(async () => ["7", "8"]);
    const { targets } = await warmed(manualClock(), {
      targets: [{ functionName: "users", qualifier: "live", concurrency: 2 }],
      invoker: { invoke, versionsOf },
    });
    expect(versionsOf).toHaveBeenCalledWith("users", "live", expect.any(AbortSignal));
    expect(targets.map(({ qualifier, version, distinct }) => [qualifier, version, distinct >= 2])).toEqual([
      ["live", "7", true],
      ["live", "8", true],
    ]);
    expect(new Set(calls.map(({ qualifier }) => qualifier))).toEqual(new Set(["7", "8"]));
  });

  test.each<[string, string | undefined, () => Promise<readonly string[]>, number]>([
    ["has one version", "live", async () => ["7"], 1],
    ["is answered by no list", "live", async () => "12" as never, 1],
    ["cannot be looked up", "live", () => Promise.reject(new Error("AccessDenied")), 1],
    [
      "fails at once",
      "live",
      () => {
        throw new Error("no client");
      },
      1,
    ],
    ["is looked up for too long", "live", () => new Promise(() => {}), 1],
    ["is a version", "7", async () => ["1", "2"], 0],
    ["is $LATEST", "$LATEST", async () => ["1", "2"], 0],
    ["is absent", undefined, async () => ["1", "2"], 0],
  ])("pings the qualifier as it is if it %s", async (_, qualifier, look, lookUps) => {
    const { calls, invoke } = invokerBy(() => answered("a"));
    const versionsOf = vi.fn(look);
    await warmed(manualClock(), { targets: [{ functionName: "users", qualifier }], invoker: { invoke, versionsOf } });
    expect(calls.map((call) => call.qualifier)).toEqual([qualifier]);
    expect(versionsOf).toHaveBeenCalledTimes(lookUps);
  });

  test("reports that an alias could not be looked up, and pings it as it is", async () => {
    const { invoke } = invokerBy(() => answered("a"));
    const targets = [{ functionName: "users", qualifier: "live" }];
    const versionsOf = () => Promise.reject(new Error("AccessDenied"));
    const denied = await warmedOne(manualClock(), { targets, invoker: { invoke, versionsOf } });
    const failures = [{ reason: "alias-unknown", message: "AccessDenied", count: 1 }];
    expect(denied).toMatchObject({ distinct: 1, pings: 1, failures });
    const slow = await warmedOne(manualClock(), {
      targets,
      invoker: { invoke, versionsOf: () => new Promise(() => {}) },
    });
    expect(slow.failures).toMatchObject([{ reason: "alias-unknown", message: "no answer within 5000 ms" }]);
  });

  test("ends a look-up with its signal", async () => {
    const clock = manualClock();
    const stop = new AbortController();
    clock.sleep(300).then(() => stop.abort(new Error("out of time")));
    const { invoke } = invokerBy(() => answered("a"));
    const targets = [{ functionName: "users", qualifier: "live" }];
    const invoker = { invoke, versionsOf: () => new Promise<never>(() => {}) };
    expect((await warmed(clock, { targets, invoker }, stop.signal)).durationMs).toBe(300);
  });

  test("lets small targets go ahead of one that waits for many slots", async () => {
    const clock = manualClock();
    const { invoke } = invokerBy(async ({ functionName }, index) => {
      if (functionName === "hangs") await clock.sleep(5_000);
      return answered(`${index}`);
    });
    const targets = [
      { functionName: "hangs" },
      { functionName: "big", concurrency: 10 },
      { functionName: "small", concurrency: 2 },
    ];
    const report = await warmed(clock, { targets, invoker: { invoke }, maxParallel: 10 });
    expect(report.targets.map(({ durationMs }) => durationMs)).toEqual([5_000, 5_000, 0]);
  });

  test("of a warmer is repeatable, with another correlation ID", async () => {
    const { invoke } = invokerBy(() => answered("a"));
    const warmer = createWarmer({ targets: [{ functionName: "users" }], invoker: { invoke } });
    const [first, second] = [await warmer.run(), await warmer.run()];
    expect(first.targets).toHaveLength(1);
    expect(first.correlationId).not.toBe(second.correlationId);
  });
});

describe("createWarmer refuses", () => {
  const invoker: Invoker = { invoke: async () => answered("a") };
  const of = (target: object): unknown => ({ targets: [{ functionName: "users", ...target }], invoker });
  test.each<[unknown, string]>([
    [{ invoker }, "createWarmer: targets must be an array, got undefined"],
    [{ targets: [], invoker }, "createWarmer: targets must have at least one target, got none"],
    [{ targets: [] }, "createWarmer: invoker must be an object, got undefined"],
    [{ targets: [{}], invoker }, "createWarmer: targets[0]: functionName must be a non-empty string, got undefined"],
    [of({ concurrency: 51 }), "createWarmer: targets[0]: concurrency must be a whole number between 1 and 50, got 51"],
    [of({ concurrency: 0 }), "createWarmer: targets[0]: concurrency must be a whole number between 1 and 50, got 0"],
    [
      of({ concurrency: 2, invocationType: "Event" }),
      'createWarmer: targets[0]: concurrency must be 1 with invocationType "Event", got 2',
    ],
    [of({ alias: "live" }), 'createWarmer: targets[0]: unknown option alias ("live")'],
    [of({ functionName: "users:live" }), "functionName must have no qualifier, which has an option of its own, got"],
    [
      of({ functionName: "arn:aws:lambda:eu-west-1:123456789012:function:users:7" }),
      "functionName must have no qualifier",
    ],
    [
      { ...(of({}) as object), pingTimeoutMs: 1_000 },
      "createWarmer: pingTimeoutMs must be above the longest hold, 1000 ms, got 1000",
    ],
    [{ targets: [], invoker, holdMs: 10_001 }, "createWarmer: holdMs must be a number between 1 and 10000, got 10001"],
    [{ targets: [], invoker, rounds: 0 }, "createWarmer: rounds must be a whole number of at least 1, got 0"],
  ])("%j", (options, message) => {
    expect(() => createWarmer(options as WarmerOptions)).toThrow(message);
  });

  test("a payload that JSON has not", () => {
    const options = of({ payload: { id: 1n } }) as WarmerOptions;
    expect(() => createWarmer(options)).toThrow("createWarmer: targets[0]: payload must be a value that JSON has: ");
  });

  test("a signal that is none", async () => {
    const warmer = createWarmer({ targets: [{ functionName: "users" }], invoker });
    await expect(warmer.run({} as AbortSignal)).rejects.toThrow(
      "createWarmer: signal of run() must be an AbortSignal, got an object",
    );
  });
});
