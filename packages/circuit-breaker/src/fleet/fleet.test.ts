import { manualClock, seededRandom } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import {
  createEnvironment,
  type Environment,
  failing,
  neverTrips,
  recordMoves,
  serve,
} from "../../test-support/fleet.ts";
import { createLink } from "../../test-support/link.ts";
import { recordEvents } from "../../test-support/set-up.ts";
import { memoryCircuitStore } from "../testing/index.ts";
import { consecutiveFailures } from "../trips/consecutive-failures.ts";
import { failureRate } from "../trips/failure-rate.ts";
import { createCircuitControl } from "./control.ts";
import { type FleetState, unknownRecord } from "./state.ts";

const { signal } = new AbortController();
const events = recordEvents();

/** Environments on one store, whose links can be cut. */
function fleetOf(size: number, trip = neverTrips) {
  const clock = manualClock();
  const memory = memoryCircuitStore(clock);
  const { store, moves } = recordMoves(memory);
  const links = Array.from({ length: size }, () => createLink(store));
  const environments = links.map((link) => createEnvironment({ store: link, clock, trip }));
  const record = async () => (await memory.read(["payments"], signal)).records.get("payments");
  return {
    clock,
    memory,
    moves,
    links,
    environments,
    phase: async () => (await record())?.phase ?? "closed",
    /** Puts the fleet into a state by hand. */
    async put(changes: Partial<FleetState>) {
      const now = clock.now();
      const epoch = ((await record())?.epoch ?? 0) + 1;
      await memory.move("payments", epoch - 1, { ...unknownRecord, since: now, until: now, epoch, ...changes }, signal);
    },
    async all(end?: () => unknown) {
      const results = [];
      for (const environment of environments) results.push(await environment.request(end));
      return results;
    },
  };
}

/** The first of a fleet. */
function first({ environments }: { readonly environments: readonly Environment[] }): Environment {
  return environments[0] as Environment;
}

describe("a healthy fleet", () => {
  test("reads once every 5 s in each environment, and never writes", async () => {
    const { clock, memory, environments } = fleetOf(4);
    const shares = await serve(environments, clock, {
      seconds: 60,
      rate: 5,
      fails: () => false,
      random: seededRandom(1),
    });
    expect(shares).toEqual({ ok: 1, failed: 0, rejected: 0 });
    expect(memory.calls.writes).toBe(0);
    expect(memory.calls.reads).toBeLessThanOrEqual(4 * 13);
    expect(memory.calls.reads).toBeGreaterThanOrEqual(4 * 11);
  });

  test("waits for the store in the first request of an environment only", async () => {
    const { clock, links, environments } = fleetOf(1);
    const [link, environment] = [links[0] as ReturnType<typeof createLink>, first({ environments })];
    link.mode = "slow";
    const starting = environment.request();
    const other = environment.sync.begin();
    expect(other.ready).toBeInstanceOf(Promise);
    await link.deliver(0);
    await other.ready;
    expect(await starting).toBe("ok");
    expect(environment.sync.begin()).toEqual({});
    clock.jump(5_000);
    const { ready, overlapping } = environment.sync.begin();
    expect(ready).toBeUndefined();
    // One at a time, however many requests there are.
    expect(environment.sync.begin().overlapping).toBe(overlapping);
    expect(link.waiting).toBe(1);
    await link.deliver(0);
    await overlapping;
  });
});

describe("a fleet whose dependency is down", () => {
  test("becomes suspect, opens after 2 s of counting all calls, probes, ramps up and closes", async () => {
    const { clock, environments, moves } = fleetOf(20);
    const random = seededRandom(2);
    const start = clock.now();
    const shares = await serve(environments, clock, { seconds: 40, rate: 5, fails: (s) => s > 10 && s < 25, random });
    const phases = moves.map(({ phase }) => phase);
    expect(phases.slice(0, 3)).toEqual(["suspect", "open", "half-open"]);
    expect(phases.slice(-2)).toEqual(["ramping", "closed"]);
    const [suspect, open] = moves;
    expect((open?.since ?? 0) - (suspect?.since ?? 0)).toBeGreaterThanOrEqual(2_000);
    expect((open?.since ?? 0) - start).toBeLessThan(15_000);
    expect((moves.at(-1)?.since ?? 0) - start).toBeLessThan(36_000);
    // Without a fleet, 37 % of the calls would fail.
    expect(shares.failed).toBeLessThan(0.15);
    expect(events.map(({ type }) => type)).toContain("circuit.fleet_moved");
    expect(events.map(({ type }) => type)).not.toContain("circuit.opened");
  });

  test("is back above 90 % within 30 s of recovery if five environments have a call each 10 s", async () => {
    const { clock, environments, put } = fleetOf(5);
    const random = seededRandom(3);
    await serve(environments, clock, { seconds: 30, rate: 0.1, fails: () => false, random });
    await put({ phase: "open", openings: 3, until: clock.now() + 2_000 });
    await serve(environments, clock, { seconds: 30, rate: 0.1, fails: () => false, random });
    const { ok } = await serve(environments, clock, { seconds: 120, rate: 0.1, fails: () => false, random });
    expect(ok).toBeGreaterThan(0.9);
  });
});

describe("an open fleet", () => {
  test("rejects in every environment, and is open for them", async () => {
    const fleet = fleetOf(3);
    await fleet.all();
    await fleet.put({ phase: "open", until: fleet.clock.now() + 2_000 });
    expect(first(fleet).breaker.state).toBe("closed");
    fleet.clock.jump(1_000);
    // A read that overlaps the handler comes too late for its first call.
    fleet.clock.jump(4_000);
    await fleet.put({ phase: "open", until: fleet.clock.now() + 2_000 });
    for (const { sync } of fleet.environments) await sync.begin().overlapping;
    expect(await fleet.all()).toEqual(["rejected", "rejected", "rejected"]);
    expect(fleet.environments.map(({ breaker }) => breaker.state)).toEqual(["open", "open", "open"]);
  });

  test("grants one probe at its end, to one call of one environment", async () => {
    const fleet = fleetOf(3);
    await fleet.put({ phase: "open", until: fleet.clock.now() + 500 });
    await fleet.all();
    fleet.clock.jump(500);
    const [prober, other] = fleet.environments;
    await prober?.sync.begin().ready;
    expect(prober?.breaker.state).toBe("half-open");
    const { promise, resolve } = Promise.withResolvers<void>();
    const probe = prober?.breaker.run(() => promise);
    await expect(prober?.breaker.run(() => "second")).rejects.toMatchObject({ code: "CIRCUIT_OPEN" });
    expect(await other?.request()).toBe("rejected");
    resolve();
    await probe;
    await prober?.sync.end();
    expect(await fleet.phase()).toBe("ramping");
  });

  test.each([
    ["fails", failing, "open", 2],
    ["is aborted by its caller", () => Promise.reject(new DOMException("gone", "AbortError")), "open", 1],
    ["is not made", undefined, "open", 1],
  ])("opens again if the probe %s", async (_, end, phase, openings) => {
    const fleet = fleetOf(1);
    await fleet.put({ phase: "open", openings: 1, until: fleet.clock.now() });
    const { sync, request, breaker } = first(fleet);
    if (end === undefined) {
      await sync.begin().ready;
      await sync.end();
    } else {
      await request(end);
    }
    expect(fleet.moves.map((move) => move.phase)).toEqual(["half-open", phase]);
    expect(fleet.moves.at(-1)?.openings).toBe(openings);
    expect(breaker.state).toBe("open");
  });

  test("passes the grant on when its lease has ended, for longer each time, and ignores the late result", async () => {
    const fleet = fleetOf(3);
    await fleet.put({ phase: "open", until: fleet.clock.now() });
    const [a, b, c] = fleet.environments;
    const { promise, resolve } = Promise.withResolvers<void>();
    await a?.sync.begin().ready;
    const probe = a?.breaker.run(() => promise);
    fleet.clock.jump(2_000);
    await b?.sync.begin().ready;
    const hung = b?.breaker.run(() => new Promise(() => {}));
    fleet.clock.jump(3_999);
    expect(await c?.request()).toBe("rejected");
    fleet.clock.jump(1_000);
    await c?.sync.begin().ready;
    expect(fleet.moves.map(({ phase, lapses }) => [phase, lapses])).toEqual([
      ["half-open", 0],
      ["half-open", 1],
      ["half-open", 2],
    ]);
    resolve();
    await probe;
    await a?.sync.end();
    expect(await fleet.phase()).toBe("half-open");
    void hung;
  });

  test("takes a slow probe for a failed one", async () => {
    const clock = manualClock();
    const { store, moves } = recordMoves(memoryCircuitStore(clock));
    const state = { ...unknownRecord, phase: "open", epoch: 1, since: clock.now(), until: clock.now() } as const;
    await store.move("payments", 0, state, signal);
    const { request } = createEnvironment({ store, clock, trip: failureRate({ slowCallMs: 100 }) });
    expect(await request(() => clock.jump(100))).toBe("ok");
    expect(moves.map(({ phase }) => phase)).toEqual(["open", "half-open", "open"]);
  });

  test("drops the result of a probe whose environment has learned of a later epoch", async () => {
    const fleet = fleetOf(2);
    await fleet.put({ phase: "open", until: fleet.clock.now() });
    const { sync, breaker } = first(fleet);
    await sync.begin().ready;
    const { promise, resolve } = Promise.withResolvers<void>();
    const probe = breaker.run(() => promise);
    fleet.clock.jump(2_000);
    await fleet.environments[1]?.sync.begin().ready;
    await sync.begin().ready;
    resolve();
    await probe;
    const { writes } = fleet.memory.calls;
    await sync.end();
    expect([fleet.memory.calls.writes, await fleet.phase()]).toEqual([writes, "half-open"]);
  });

  test("asks for no probe that the local circuit would reject", async () => {
    const fleet = fleetOf(1, consecutiveFailures(1));
    const { request, breaker } = first(fleet);
    await request(failing);
    expect(breaker.state).toBe("open");
    await fleet.put({ phase: "open", until: fleet.clock.now() });
    fleet.clock.jump(100);
    expect(await request()).toBe("rejected");
    expect(fleet.moves).toEqual([]);
  });
});

describe("a recovering fleet", () => {
  test("admits a share that doubles every second", async () => {
    const fleet = fleetOf(1);
    await fleet.put({ phase: "ramping" });
    const { breaker, sync } = first(fleet);
    await sync.begin().ready;
    const shares = [];
    for (let second = 0; second < 6; second += 1) {
      let admitted = 0;
      for (let call = 0; call < 2_000; call += 1) {
        await breaker
          .run(() => (admitted += 1))
          .catch(({ retryAfterMs }) => expect(retryAfterMs).toBeLessThanOrEqual(1_000));
      }
      shares.push(Math.round((admitted / 2_000) * 100) / 100);
      fleet.clock.jump(1_000);
    }
    for (const [nth, share] of [0.05, 0.1, 0.2, 0.4, 0.8, 1].entries()) expect(shares[nth]).toBeCloseTo(share, 1);
    expect(breaker.state).toBe("closed");
  });

  test("does not count failures of calls that started before its recovery", async () => {
    const fleet = fleetOf(2);
    await fleet.all();
    const [a, b] = fleet.environments;
    const { promise, reject } = Promise.withResolvers<never>();
    const old = Array.from({ length: 50 }, () => a?.breaker.run(() => promise).catch(() => {}));
    await fleet.put({ phase: "open", until: fleet.clock.now() });
    fleet.clock.jump(1_000);
    fleet.clock.jump(5_000);
    await b?.sync.begin().overlapping;
    expect(await b?.request()).toBe("rejected");
    fleet.clock.jump(1_000);
    expect(await b?.request()).toBe("ok");
    expect(await fleet.phase()).toBe("ramping");
    fleet.clock.jump(10_000);
    await a?.request();
    reject(new Error("old"));
    await Promise.all(old);
    expect(a?.sync.end()).toBeUndefined();
    expect(await fleet.phase()).not.toBe("open");
  });
});

describe("a store that is lost", () => {
  test("leaves the local circuit to decide, and costs 50 ms a second at most", async () => {
    const fleet = fleetOf(2, consecutiveFailures(2));
    await fleet.all();
    for (const link of fleet.links) link.mode = "lose-request";
    const { request, breaker, errors } = first(fleet);
    fleet.clock.jump(5_000);
    for (let calls = 0; calls < 20; calls += 1) await request(failing);
    // The store is not asked again before a second has passed.
    expect(errors).toHaveLength(1);
    expect(breaker.state).toBe("open");
    fleet.clock.jump(600);
    expect(await request()).toBe("ok");
    expect(breaker.state).toBe("closed");
  });

  test("does not keep an open fleet closed to calls for longer than its open time", async () => {
    const fleet = fleetOf(2);
    await fleet.put({ phase: "open", until: fleet.clock.now() + 2_000 });
    await fleet.all();
    for (const link of fleet.links) link.mode = "lose-request";
    fleet.clock.jump(1_500);
    expect(await fleet.all()).toEqual(["rejected", "rejected"]);
    fleet.clock.jump(500);
    expect(await fleet.all()).toEqual(["ok", "ok"]);
  });

  test("does not leave calls waiting for a probe elsewhere", async () => {
    const fleet = fleetOf(2);
    await fleet.put({ phase: "half-open", until: fleet.clock.now() + 30_000 });
    expect(await fleet.all()).toEqual(["rejected", "rejected"]);
    for (const link of fleet.links) link.mode = "lose-answer";
    fleet.clock.jump(1_000);
    await fleet.all();
    expect(await fleet.all()).toEqual(["ok", "ok"]);
  });

  test("is not needed by calls outside of any middleware, 5 s after an opening", async () => {
    const fleet = fleetOf(1);
    await fleet.put({ phase: "open", until: fleet.clock.now() + 2_000 });
    const { breaker, request } = first(fleet);
    await request();
    fleet.clock.jump(6_999);
    await expect(breaker.run(() => "ok")).rejects.toMatchObject({ code: "CIRCUIT_OPEN" });
    fleet.clock.jump(1);
    expect(await breaker.run(() => "ok")).toBe("ok");
  });

  test("has lost its record: what the environments knew gives way to it", async () => {
    const fleet = fleetOf(1);
    await fleet.put({ phase: "open", until: fleet.clock.now() + 1_000 });
    const { request, breaker } = first(fleet);
    expect(await request()).toBe("rejected");
    const emptied = memoryCircuitStore(fleet.clock);
    Object.assign(fleet.memory, { read: emptied.read });
    Object.assign(fleet.links[0] ?? {}, { read: emptied.read, move: emptied.move });
    fleet.clock.jump(1_000);
    expect(await request()).toBe("ok");
    expect(breaker.state).toBe("closed");
  });
});

describe("by hand", () => {
  test("isolate() and release() hold for all environments, within their sync", async () => {
    const fleet = fleetOf(3);
    await fleet.all();
    const [a, b, c] = fleet.environments;
    const isolating = a?.breaker.isolate();
    expect(a?.breaker.state).toBe("isolated");
    await isolating;
    fleet.clock.jump(5_000);
    await fleet.all();
    expect(await fleet.all()).toEqual(["rejected", "rejected", "rejected"]);
    expect(fleet.environments.map(({ breaker }) => breaker.state)).toEqual(["isolated", "isolated", "isolated"]);
    await b?.breaker.release();
    expect(b?.breaker.state).toBe("closed");
    fleet.clock.jump(1_000);
    await fleet.all();
    expect(await fleet.all()).toEqual(["ok", "ok", "ok"]);
    expect(c?.breaker.state).toBe("closed");
  });

  test("isolate() rejects with the store's error, and holds here", async () => {
    const fleet = fleetOf(1);
    Object.assign(fleet.links[0] ?? {}, { mode: "lose-request" });
    const { breaker } = first(fleet);
    await expect(breaker.isolate()).rejects.toThrow("the request was lost");
    expect(breaker.state).toBe("isolated");
    await expect(breaker.release()).rejects.toThrow("the request was lost");
    expect(breaker.state).toBe("closed");
  });

  test("the control lists, isolates and releases without a breaker", async () => {
    const fleet = fleetOf(2);
    const control = createCircuitControl({ store: fleet.memory });
    expect(await control.list()).toEqual([]);
    expect(await control.release("payments")).toEqual({ circuit: "payments", phase: "closed", ageMs: Infinity });
    expect(await control.isolate("payments")).toEqual({ circuit: "payments", phase: "isolated", ageMs: 0 });
    await control.isolate("a");
    fleet.clock.jump(2_000);
    expect(await control.isolate("payments")).toMatchObject({ phase: "isolated", ageMs: 2_000 });
    expect((await control.list()).map(({ circuit }) => circuit)).toEqual(["a", "payments"]);
    expect(await fleet.all()).toEqual(["rejected", "rejected"]);
    await control.release("payments");
    fleet.clock.jump(1_000);
    await fleet.all();
    expect(await fleet.all()).toEqual(["ok", "ok"]);
  });

  test("a move waits for none of the environments, but gives up if they move ten times meanwhile", async () => {
    const { memory } = fleetOf(1);
    let moves = 0;
    const busy = {
      ...memory,
      async move() {
        moves += 1;
        return { now: 0, hasMoved: false, record: { ...unknownRecord, epoch: moves } };
      },
    };
    await expect(createCircuitControl({ store: busy }).isolate("payments")).rejects.toThrow("10 times");
    const once = {
      ...memory,
      move: async (...args: Parameters<typeof memory.move>) => {
        moves += 1;
        if (moves === 11) await memory.move("payments", 0, { ...unknownRecord, epoch: 7 }, signal);
        return memory.move(...args);
      },
    };
    expect(await createCircuitControl({ store: once }).isolate("payments")).toMatchObject({ phase: "isolated" });
  });

  test("a move has a time limit", async () => {
    const clock = manualClock();
    const link = createLink(memoryCircuitStore(clock));
    link.mode = "slow";
    const control = createCircuitControl({ store: link, clock, timeoutMs: 300 });
    const isolating = expect(control.isolate("payments")).rejects.toMatchObject({
      code: "CIRCUIT_STORE_TIMEOUT",
      timeoutMs: 300,
      message: "the store of circuits did not answer within 300 ms",
    });
    await clock.advance(300);
    await isolating;
    await expect(control.isolate("")).rejects.toThrow("isolate: circuit must be a non-empty string");
    expect(() => createCircuitControl({} as never)).toThrow("createCircuitControl: store");
  });
});

test("an answer that is behind what is known already is ignored", async () => {
  const fleet = fleetOf(1);
  await fleet.put({ phase: "ramping", epoch: 1 });
  await fleet.put({ phase: "open", until: fleet.clock.now() + 2_000 });
  const { request, breaker } = first(fleet);
  expect(await request()).toBe("rejected");
  const { read } = fleet.memory;
  Object.assign(fleet.links[0] ?? {}, {
    read: async (...args: Parameters<typeof read>) => {
      const { now, records } = await read(...args);
      return {
        now,
        records: new Map([...records].map(([name, record]) => [name, { ...record, epoch: 1, phase: "closed" }])),
      };
    },
  });
  fleet.clock.jump(1_000);
  expect(await request()).toBe("rejected");
  expect(breaker.state).toBe("open");
});
