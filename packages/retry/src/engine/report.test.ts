import { subscribe } from "@midguard/kernel";
import { manualClock } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import { flaky, reasonOf } from "../../test-support/calls.ts";
import { constant, createRetry, retryReport } from "../index.ts";

const free = { budget: false, backoff: constant(0) } as const;

describe("events", () => {
  function listen(): { events: object[]; stop: () => void } {
    const events: object[] = [];
    return { events, stop: subscribe((event) => events.push(event)) };
  }

  test("report each retry, and how the run ended", async () => {
    const { events, stop } = listen();
    const clock = manualClock();
    const policy = createRetry({ name: "payments", budget: false, backoff: constant(40), maxRetries: 1, clock });
    const done = reasonOf(policy.run(flaky("first", "second")));
    await clock.advance(40);
    await done;
    stop();
    expect(events).toEqual([
      { type: "retry.scheduled", source: "payments", attempt: 1, delayMs: 40, outcome: { ok: false, error: "first" } },
      {
        type: "retry.exhausted",
        source: "payments",
        attempts: 2,
        elapsedMs: 40,
        reason: "max-retries",
        outcome: { ok: false, error: "second" },
      },
    ]);
  });

  test("do not report exhaustion if a failure will not pass or the caller aborted", async () => {
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
      { type: "retry.scheduled", source: "default", attempt: 1, delayMs: 1_000, outcome: { ok: false, error: "x" } },
    ]);
  });
});

test("there is no report for a value or error that no policy ended with", () => {
  for (const outcome of [new Error("x"), "x", undefined, null, 7]) expect(retryReport(outcome)).toBeUndefined();
});

test("a function that was thrown is reported as well", async () => {
  const thrown = (): void => {};
  expect(retryReport(await reasonOf(createRetry({ maxRetries: 0 }).run(flaky(thrown))))?.attempts).toBe(1);
});
