import { describe, expect, test } from "vitest";
import { fail, openUp, pending, recordEvents, setUp, setUpHalfOpen, succeed } from "../test-support/set-up.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";
import { failureRate } from "./trips/failure-rate.ts";

const events = recordEvents();

describe("a half-open circuit", () => {
  test("admits as many probes as it has permits, and reports when the next is free", async () => {
    const { breaker, clock } = await setUpHalfOpen({ halfOpenPermits: 2, maxOpenMs: 3_000 });
    pending(breaker);
    clock.jump(1_000);
    pending(breaker);
    const rejection = await fail(breaker);
    expect(rejection).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 2_000, headers: { "Retry-After": "2" } });
  });

  const neutral = {
    "an abort": (breaker: CircuitBreaker) => fail(breaker, new DOMException("aborted", "AbortError")),
    "a rejection by Midguard": (breaker: CircuitBreaker) => breaker.run(() => succeed(breaker)).catch((error) => error),
  };
  test.each(Object.entries(neutral))("gets its permit back after %s, and stays half-open", async (_, end) => {
    const { breaker } = await setUpHalfOpen();
    await end(breaker);
    expect(breaker.state).toBe("half-open");
    expect(await succeed(breaker)).toBe("ok");
    expect(breaker.state).toBe("closed");
  });

  test("closes on an error that is no failure by the options", async () => {
    const { breaker } = await setUpHalfOpen({ isFailure: (outcome) => !outcome.ok && outcome.error !== "not found" });
    expect(await fail(breaker, "not found")).toBe("not found");
    expect(breaker.state).toBe("closed");
  });

  test("gets the permit of a lost probe back when its lease ends, and ignores a result after it has closed", async () => {
    const { breaker, clock } = await setUpHalfOpen({ maxOpenMs: 3_000 });
    const lost = pending(breaker);
    clock.jump(2_999);
    expect(await fail(breaker)).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 1 });
    clock.jump(1);
    const probe = pending(breaker);
    expect(await fail(breaker)).toMatchObject({ code: "CIRCUIT_OPEN" });
    probe.resolve("ok");
    await probe.result;
    expect(breaker.state).toBe("closed");
    lost.reject(new Error("late"));
    await lost.result;
    expect(breaker.state).toBe("closed");
  });

  test("closes on a probe that outlived its lease, because a slow dependency is not a dead one", async () => {
    const { breaker, clock } = await setUpHalfOpen();
    const slow = pending(breaker);
    clock.jump(10_000);
    slow.resolve("ok");
    expect(await slow.result).toBe("ok");
    expect(breaker.state).toBe("closed");
  });

  test("opens again on a slow probe if the rule has slow calls", async () => {
    const trip = failureRate({ minimumCalls: 2, slowCallMs: 100 });
    const { breaker, clock } = await setUpHalfOpen({ trip });
    const slow = pending(breaker);
    clock.jump(300);
    slow.resolve("ok");
    await slow.result;
    expect(breaker.state).toBe("open");
    expect(events.at(-1)).toMatchObject({ openMs: 1_000, reason: "probe-failed" });
  });

  test("opens if one of several probes fails, and discards the results of the others", async () => {
    const { breaker, clock } = await setUpHalfOpen({ halfOpenPermits: 2 });
    const [first, second] = [pending(breaker), pending(breaker)];
    first.reject(new Error("down"));
    await first.result;
    expect(breaker.state).toBe("open");
    second.resolve("ok");
    await second.result;
    expect(breaker.state).toBe("open");
    clock.jump(1_000);
    expect(await succeed(breaker)).toBe("ok");
  });
});

describe("a result of a call that started under an earlier state", () => {
  test("does not open the recovered circuit", async () => {
    const { breaker, clock } = setUp();
    const stale = [pending(breaker), pending(breaker)];
    await openUp(breaker);
    clock.jump(500);
    await succeed(breaker);
    for (const call of stale) call.reject(new Error("late"));
    await Promise.all(stale.map(({ result }) => result));
    expect(breaker.state).toBe("closed");
    await fail(breaker);
    expect(breaker.state).toBe("closed");
  });

  test("does not close an open circuit, nor decide for a probe", async () => {
    const { breaker, clock } = setUp();
    const stale = [pending(breaker), pending(breaker)];
    await openUp(breaker);
    stale[0]?.resolve("late");
    await stale[0]?.result;
    expect(breaker.state).toBe("open");
    clock.jump(500);
    const probe = pending(breaker);
    stale[1]?.resolve("late");
    await stale[1]?.result;
    expect(breaker.state).toBe("half-open");
    probe.resolve("ok");
    await probe.result;
    expect(breaker.state).toBe("closed");
  });
});
