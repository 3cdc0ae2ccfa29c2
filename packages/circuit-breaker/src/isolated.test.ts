import { subscribe } from "@midguard/kernel";
import { describe, expect, test } from "vitest";
import { fail, openUp, pending, recordEvents, setUp } from "../test-support/set-up.ts";

const events = recordEvents();

describe("an isolated circuit", () => {
  test("rejects until it is released, however long that takes and whatever calls under way return", async () => {
    const { breaker, clock } = setUp();
    const before = pending(breaker);
    void breaker.isolate();
    void breaker.isolate();
    clock.jump(3_600_000);
    before.resolve("ok");
    await before.result;
    expect(breaker.state).toBe("isolated");
    expect(await fail(breaker)).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 2_000 });
    void breaker.release();
    expect(breaker.state).toBe("closed");
    expect(events.map(({ type }) => type)).toEqual(["circuit.isolated", "circuit.rejected", "circuit.closed"]);
  });

  test("closes with an empty window", async () => {
    const { breaker } = setUp();
    await fail(breaker);
    await breaker.isolate();
    await breaker.release();
    await fail(breaker);
    expect(breaker.state).toBe("closed");
  });

  test("is the only one that release() closes", async () => {
    const { breaker } = setUp();
    await openUp(breaker);
    await breaker.release();
    expect(breaker.state).toBe("open");
  });

  test("rejects the probe if a subscriber isolates the circuit as it half-opens", async () => {
    const { breaker, clock } = setUp();
    const stop = subscribe(({ type }) => type === "circuit.half_opened" && breaker.isolate());
    await openUp(breaker);
    clock.jump(500);
    expect(await fail(breaker)).toMatchObject({ code: "CIRCUIT_OPEN" });
    expect(breaker.state).toBe("isolated");
    stop();
  });
});
