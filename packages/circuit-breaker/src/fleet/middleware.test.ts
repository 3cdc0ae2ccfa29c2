import middy from "@middy/core";
import { apiEvents, lambdaContext, manualClock } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import { createLink } from "../../test-support/link.ts";
import { recordEvents, recordWarnings } from "../../test-support/set-up.ts";
import { createCircuitBreaker, createCircuitBreakers } from "../index.ts";
import { circuitBreaker } from "../middleware.ts";
import { memoryCircuitStore } from "../testing/index.ts";
import { participants } from "./participant.ts";
import { unknownRecord } from "./state.ts";
import type { CircuitStore } from "./store.ts";

const { signal } = new AbortController();
const events = recordEvents();
const warnings = recordWarnings();

async function open(store: CircuitStore, circuit: string, now: number): Promise<void> {
  const state = { ...unknownRecord, phase: "open", epoch: 1, since: now, until: now + 2_000 } as const;
  await store.move(circuit, 0, state, signal);
}

/** A store that records which circuits were read together. */
function recordReads(store: CircuitStore): { readonly store: CircuitStore; readonly reads: (readonly string[])[] } {
  const reads: (readonly string[])[] = [];
  return {
    reads,
    store: {
      ...store,
      read(circuits, aborting) {
        reads.push(circuits);
        return store.read(circuits, aborting);
      },
    },
  };
}

function failing(): never {
  throw new Error("down");
}

describe("circuitBreaker with a store", () => {
  test("answers rejections of an open fleet, in the first request already", async () => {
    const clock = manualClock();
    const store = memoryCircuitStore(clock);
    await open(store, "payments", clock.now());
    const payments = createCircuitBreaker({ name: "payments", store, clock });
    const handler = middy()
      .use(circuitBreaker({ breakers: [payments] }))
      .handler(() => payments.run(() => ({ statusCode: 200 })));
    expect(await handler(apiEvents.http(), lambdaContext())).toMatchObject({
      statusCode: 503,
      headers: { "Retry-After": "2" },
    });
    expect(events).toMatchObject([
      { type: "circuit.fleet_moved", source: "payments", phase: "open", epoch: 1 },
      { type: "circuit.rejected" },
    ]);
  });

  test("reports failures in after or in onError, before the environment may be frozen", async () => {
    const clock = manualClock();
    const store = memoryCircuitStore(clock);
    const payments = createCircuitBreaker({ name: "payments", store, clock });
    const caught = middy()
      .use(circuitBreaker({ breakers: [payments] }))
      .handler(() => payments.run(failing).catch(() => "caught"));
    const thrown = middy()
      .use(circuitBreaker({ breakers: [payments] }))
      .handler(() => payments.run(failing));
    expect(await caught({}, lambdaContext())).toBe("caught");
    expect(store.calls.writes).toBe(1);
    clock.jump(1_000);
    await expect(thrown({}, lambdaContext())).rejects.toThrow("down");
    expect(store.calls.writes).toBe(2);
  });

  test("settles a read that overlaps the handler in after", async () => {
    const clock = manualClock();
    const link = createLink(memoryCircuitStore(clock));
    const payments = createCircuitBreaker({ name: "payments", store: link, clock });
    const order: string[] = [];
    const handler = middy()
      .use(circuitBreaker({ breakers: [payments], storeTimeoutMs: 5_000 }))
      .handler(() => void order.push("handled"));
    await handler({}, lambdaContext());
    link.mode = "slow";
    clock.jump(5_000);
    const answered = handler({}, lambdaContext()).then(() => order.push("answered"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(["handled", "handled"]);
    await link.deliver(0);
    await answered;
    expect(order).toEqual(["handled", "handled", "answered"]);
  });

  test("reads all circuits of a chain in one request, of a family those that were used", async () => {
    const clock = manualClock();
    const { store, reads } = recordReads(memoryCircuitStore(clock));
    const payments = createCircuitBreaker({ name: "payments", store, clock });
    const search = createCircuitBreaker({ name: "search", store, clock });
    const tenants = createCircuitBreakers({ name: "tenants", store, clock });
    const handler = middy<{ tenants: string[]; fails?: boolean }>()
      .use(circuitBreaker({ breakers: [payments, search, tenants], syncMs: 2_000 }))
      .handler((event) => {
        const call = event.fails ? failing : () => "ok";
        return Promise.all(
          event.tenants.map((tenant) =>
            tenants
              .for(tenant)
              .run(call)
              .catch(() => "failed"),
          ),
        );
      });
    await handler({ tenants: ["a", "b"] }, lambdaContext());
    clock.jump(2_000);
    await handler({ tenants: ["b"] }, lambdaContext());
    clock.jump(2_000);
    await handler({ tenants: [] }, lambdaContext());
    clock.jump(2_000);
    await handler({ tenants: [] }, lambdaContext());
    const singles = ["payments", "search"];
    expect(reads).toEqual([singles, [...singles, "tenants:a", "tenants:b"], [...singles, "tenants:b"], singles]);
  });

  test("reads circuits of the same name once, and those of other stores apart", async () => {
    const clock = manualClock();
    const [one, two] = [recordReads(memoryCircuitStore(clock)), recordReads(memoryCircuitStore(clock))];
    const breakers = [one, one, two].map(({ store }) => createCircuitBreaker({ name: "payments", store, clock }));
    const handler = middy()
      .use(circuitBreaker({ breakers }))
      .handler(() => "ok");
    await handler({}, lambdaContext());
    expect([one.reads, two.reads]).toEqual([[["payments"]], [["payments"]]]);
  });

  test("keeps a circuit of a family in the reads while it is in trouble", async () => {
    const clock = manualClock();
    const { store, reads } = recordReads(memoryCircuitStore(clock));
    await open(store, "tenants:a", clock.now());
    const tenants = createCircuitBreakers({ name: "tenants", store, clock });
    const handler = middy<{ tenant?: string }>()
      .use(circuitBreaker({ breakers: [tenants] }))
      .handler((event) => event.tenant && tenants.for(event.tenant).run(() => "ok"));
    await handler({ tenant: "a" }, lambdaContext());
    await expect(handler({ tenant: "a" }, lambdaContext())).rejects.toMatchObject({ circuit: "tenants:a" });
    for (let nth = 0; nth < 3; nth += 1) {
      clock.jump(500);
      await handler({}, lambdaContext());
    }
    expect(tenants.for("a").state).toBe("open");
    expect(reads).toEqual([["tenants:a"], ["tenants:a"]]);
  });

  test("reports nothing in a rehearsal, and does so afterwards", async () => {
    const clock = manualClock();
    const store = memoryCircuitStore(clock);
    const payments = createCircuitBreaker({ name: "payments", store, clock });
    const handler = middy()
      .use(circuitBreaker({ breakers: [payments] }))
      .handler(() => payments.run(failing).catch(() => {}));
    const { runRehearsal } = await import("@midguard/kernel/internal");
    await runRehearsal({}, () => handler({}, lambdaContext()));
    expect(store.calls.writes).toBe(0);
    await handler({}, lambdaContext());
    expect(store.calls.writes).toBe(1);
  });

  test("fails no request because of its store, warns once and publishes each failure", async () => {
    const clock = manualClock();
    const link = createLink(memoryCircuitStore(clock));
    link.mode = "lose-request";
    const payments = createCircuitBreaker({ name: "payments", store: link, clock });
    const handler = middy()
      .use(circuitBreaker({ breakers: [payments], clock }))
      .handler(() => payments.run(() => "ok"));
    for (let nth = 0; nth < 3; nth += 1) {
      expect(await handler({}, lambdaContext())).toBe("ok");
      clock.jump(1_000);
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([
      "circuitBreaker: a store failed, and each environment decides alone until it answers (reported once): Error: the request was lost",
    ]);
    const failed = { type: "circuit.store_failed", source: "circuitBreaker", circuits: ["payments"] };
    expect(events).toMatchObject([failed, failed, failed]);
  });

  test("does not blame the store if the invocation has no time left", async () => {
    const clock = manualClock();
    const store = memoryCircuitStore(clock);
    const payments = createCircuitBreaker({ name: "payments", store, clock });
    const handler = middy()
      .use(circuitBreaker({ breakers: [payments] }))
      .handler(() => payments.run(() => "ok"));
    expect(await handler({}, lambdaContext({ timeoutMs: 90 }))).toBe("ok");
    expect([store.calls.reads, events]).toEqual([0, []]);
    clock.jump(1_000);
    expect(await handler({}, lambdaContext())).toBe("ok");
    expect(store.calls.reads).toBe(1);
  });

  test("bounds what a request waits for a store that hangs: 500 ms at first, and then 50", async () => {
    const clock = manualClock();
    const link = createLink(memoryCircuitStore(clock));
    link.mode = "slow";
    const payments = createCircuitBreaker({ name: "payments", store: link, clock });
    const handler = middy()
      .use(circuitBreaker({ breakers: [payments], clock }))
      .handler(() => payments.run(() => "ok"));
    const context = () => lambdaContext({ timeoutMs: 60_000 });
    for (const ms of [500, 50]) {
      let isAnswered = false;
      const answered = handler({}, context()).then(() => {
        isAnswered = true;
      });
      await clock.advance(ms - 1);
      expect(isAnswered).toBe(false);
      await clock.advance(1);
      await answered;
      clock.jump(5_000);
    }
  });

  test("is as it was without a store, and refuses bad options", () => {
    const payments = createCircuitBreaker({ name: "payments" });
    expect(Object.keys(circuitBreaker({ breakers: [payments] }))).toEqual(["onError"]);
    expect(participants.get(payments)).toBeUndefined();
    expect(() => circuitBreaker({ breakers: [payments], syncMs: 0 })).toThrow("circuitBreaker: syncMs must be");
    expect(() => circuitBreaker({ breakers: [payments], storeTimeoutMs: 0 })).toThrow("storeTimeoutMs must be");
    expect(() => createCircuitBreaker({ name: "payments", store: {} as never })).toThrow(
      "createCircuitBreaker: store.read must be a function, got undefined",
    );
    expect(() => createCircuitBreakers({ name: "tenants", store: 7 as never })).toThrow(
      "createCircuitBreakers: store must be an object, got 7",
    );
  });

  test("counts slow calls as failures of the fleet, if the rule has a time for them", async () => {
    const clock = manualClock();
    const store = memoryCircuitStore(clock);
    const { failureRate } = await import("../trips/failure-rate.ts");
    const trip = failureRate({ slowCallMs: 100 });
    const payments = createCircuitBreaker({ name: "payments", store, clock, trip });
    const handler = middy<{ ms: number }>()
      .use(circuitBreaker({ breakers: [payments] }))
      .handler((event) => payments.run(() => clock.jump(event.ms)));
    await handler({ ms: 99 }, lambdaContext());
    expect(store.calls.writes).toBe(0);
    await handler({ ms: 100 }, lambdaContext());
    const { records } = await store.list(signal);
    expect(records.get("payments")?.slots).toMatchObject([{ calls: 2, failures: 1 }]);
  });
});
