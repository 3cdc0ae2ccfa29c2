import { setImmediate as turn } from "node:timers/promises";
import { manualClock, seededRandom } from "@midguard/kernel/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createLink, type Link, type LinkMode } from "../../test-support/link.ts";
import { createCircuitBreaker } from "../breaker.ts";
import type { CircuitBreaker } from "../circuit-breaker.ts";
import { type FleetView, noFleet } from "../machine/fleet.ts";
import type { Call, CallResult } from "../machine/state.ts";
import { memoryCircuitStore } from "../testing/index.ts";
import { consecutiveFailures } from "../trips/consecutive-failures.ts";
import { createFleetSync, type FleetSync } from "./fleet-sync.ts";
import type { FleetMember } from "./member.ts";
import { participants } from "./participant.ts";
import { type FleetPhase, type FleetState, unknownRecord } from "./state.ts";
import type { CircuitStore } from "./store.ts";

const allowed = new Set([
  "closed > suspect",
  "closed > isolated",
  "suspect > open",
  "suspect > closed",
  "suspect > isolated",
  "open > half-open",
  "open > isolated",
  "half-open > half-open",
  "half-open > ramping",
  "half-open > open",
  "half-open > isolated",
  "ramping > ramping",
  "ramping > open",
  "ramping > closed",
  "ramping > isolated",
  "isolated > closed",
]);
const seen = new Set<string>();

/** The store's side: checks every move, and every count. */
class Fleet {
  readonly clock = manualClock();
  readonly store: CircuitStore;
  readonly environments: Environment[] = [];
  /** How many calls started as the probe of each epoch. */
  readonly probes = new Map<number, number>();
  readonly faults: string[] = [];
  state: FleetState | undefined;

  constructor(size: number) {
    const memory = memoryCircuitStore(this.clock);
    this.store = {
      ...memory,
      move: async (circuit, epoch, next, signal) => {
        const reply = await memory.move(circuit, epoch, next, signal);
        if (reply.hasMoved) this.#moved(next);
        return reply;
      },
    };
    for (let nth = 0; nth < size; nth += 1) this.environments.push(new Environment(this, nth + 1));
  }

  /** A rejection by the store would only look like its failure. */
  #check(isRight: boolean, what: string): void {
    if (!isRight) this.faults.push(what);
  }

  /** Starts in the middle of trouble, which few sequences of commands would reach. */
  async startIn(phase: FleetPhase): Promise<void> {
    if (phase === "closed") return;
    const now = this.clock.now();
    const since = phase === "ramping" ? now - 3_000 : now;
    const state = { ...unknownRecord, phase, epoch: 1, from: 1, since, until: now + 400, openings: 1 };
    await this.store.move("payments", 0, state, new AbortController().signal);
  }

  #moved(next: FleetState): void {
    const previous = this.state;
    const move = `${previous?.phase ?? "closed"} > ${next.phase}`;
    if (next.epoch > 1) {
      this.#check(allowed.has(move), `the move ${move}`);
      seen.add(move);
    }
    this.#check(next.epoch > (previous?.epoch ?? 0), "two moves of one epoch");
    // A phase that begins in the future was written by an environment whose clock jumped.
    const isWrong = (previous?.since ?? 0) > this.clock.now() + 5_000;
    if (next.phase === "half-open" && !isWrong) {
      this.#check(next.since >= (previous?.until ?? Infinity), "a probe before the end of an opening or a lease");
    }
    this.state = next;
  }
}

interface Request {
  readonly calls: { readonly result: Promise<unknown>; readonly end: (result: CallResult) => void }[];
  overlapping: Promise<void> | undefined;
}

class Environment {
  readonly fleet: Fleet;
  readonly link: Link;
  readonly seed: number;
  requests: Request[] = [];
  offsetMs = 0;
  breaker!: CircuitBreaker;
  sync!: FleetSync;
  member!: FleetMember;
  /** Results that may be counted, and those that were. */
  eligible = 0;
  counted = 0;

  constructor(fleet: Fleet, seed: number) {
    this.fleet = fleet;
    this.seed = seed;
    const link = createLink(fleet.store);
    this.link = Object.assign(link, {
      count: ((count) => (circuit, epoch, slot, signal) => {
        this.counted += slot.calls;
        if (this.counted > this.eligible) fleet.faults.push("a result counted twice, or of a call before the recovery");
        return count(circuit, epoch, slot, signal);
      })(link.count) as Link["count"],
    });
    this.start();
  }

  now = (): number => this.fleet.clock.now() + this.offsetMs;

  /** A new execution environment. */
  start(initialState?: ReturnType<CircuitBreaker["toJSON"]>): void {
    this.requests = [];
    this.breaker = createCircuitBreaker({
      name: "payments",
      store: this.link,
      clock: { now: this.now },
      trip: consecutiveFailures(this.seed === 1 ? 6 : 1_000),
      random: seededRandom(this.seed),
      initialState,
    });
    const part = participants.get(this.breaker);
    this.member = part?.members()[0] as FleetMember;
    const { view, admitted, ended } = this.member;
    let last: FleetView = noFleet;
    Object.assign(this.member, {
      view: (now: number) => {
        last = view(now);
        return last;
      },
      admitted: (call: Call) => {
        const { epoch } = this.member.state;
        if (last.isOpen) {
          this.fleet.probes.set(epoch, (this.fleet.probes.get(epoch) ?? 0) + 1);
          if (this.fleet.probes.get(epoch) !== 1) this.fleet.faults.push(`two probes of epoch ${epoch}`);
        }
        admitted(call);
      },
      ended: (call: Call, result: CallResult) => {
        if (result !== "neutral" && call.fleetEpoch >= this.member.state.from) this.eligible += 1;
        ended(call, result);
      },
    } satisfies Partial<FleetMember>);
    const { clock } = this.fleet;
    this.sync = createFleetSync({
      participants: part === undefined ? [] : [part],
      syncMs: 5_000,
      timeoutMs: 50,
      clock,
      onError: () => {},
    });
  }

  /** Waits for a hook, which takes 500 ms at most, whatever the store does. */
  async settle(hook: Promise<unknown> | undefined): Promise<void> {
    let isSettled = hook === undefined;
    void hook?.then(() => {
      isSettled = true;
    });
    for (const ms of [0, 51, 450]) {
      if (isSettled) break;
      await this.fleet.clock.advance(ms);
      // A store's time limit waits for the next turn, in case the answer has come.
      await turn();
    }
    expect(isSettled).toBe(true);
  }

  async begin(): Promise<void> {
    const { ready, overlapping } = this.sync.begin();
    await this.settle(ready);
    this.requests.push({ calls: [], overlapping });
  }

  /** Starts a call in a request. The fleet only adds rejections: what it does not reject, the local circuit decides. */
  async call(request: Request): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const [local, isOpen] = [this.breaker.toJSON().state, this.breaker.state === "open"];
    let hasStarted = false;
    const result = this.breaker
      .run(() => {
        hasStarted = true;
        return promise;
      })
      .catch(() => {});
    await Promise.resolve();
    if (isOpen || local === "isolated") expect(hasStarted).toBe(false);
    if (!hasStarted) return;
    const abort = Object.assign(new Error("gone"), { name: "AbortError", code: "ABORT_ERR" });
    const end = (by: CallResult): void =>
      by === "success" ? resolve() : reject(by === "neutral" ? abort : new Error("down"));
    request.calls.push({ result, end });
  }

  async end(request: Request, by: CallResult): Promise<void> {
    const call = request.calls.shift();
    call?.end(by);
    await call?.result;
  }

  async finish(request: Request): Promise<void> {
    await this.settle(request.overlapping);
    await this.settle(this.sync.end());
    this.requests = this.requests.filter((other) => other !== request);
  }

  async whole(by: CallResult): Promise<void> {
    await this.begin();
    const request = this.requests.at(-1) as Request;
    await this.call(request);
    await this.end(request, by);
    await this.finish(request);
  }
}

type Command = fc.AsyncCommand<object, Fleet>;

function command(name: string, run: (environment: Environment, fleet: Fleet) => Promise<unknown> | unknown) {
  return fc.nat(3).map(
    (nth): Command => ({
      check: () => true,
      toString: () => `${name}@${nth}`,
      async run(_, fleet) {
        await run(fleet.environments[nth] as Environment, fleet);
      },
    }),
  );
}

const results = fc.constantFrom<CallResult>("success", "failure", "failure", "neutral");
const times = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 3_600_000 }));
const modes = fc.constantFrom<LinkMode>("ok", "ok", "slow", "lose-request", "lose-answer");
const byNth = (nth: number, { requests }: Environment): Request | undefined =>
  requests[nth % Math.max(1, requests.length)];

/** Many requests in the whole fleet: without them no phase of trouble is ever reached. */
const burst = fc
  .tuple(fc.constantFrom<CallResult>("success", "failure"), fc.constantFrom(1_000, 5_000), fc.constantFrom(50, 250))
  .chain(([by, ms, everyMs]) =>
    command(`burst(${by}, ${ms}, ${everyMs})`, async (_, fleet) => {
      for (let at = 0; at < ms; at += everyMs) {
        for (const environment of fleet.environments) await environment.whole(by);
        await fleet.clock.advance(everyMs);
      }
    }),
  );

const commands = [
  burst,
  command("begin", (environment) => environment.begin()),
  fc.nat(9).chain((nth) =>
    command(`call(${nth})`, (one) => {
      const request = byNth(nth, one);
      return request && one.call(request);
    }),
  ),
  fc.tuple(fc.nat(9), results).chain(([nth, by]) =>
    command(`end(${nth}, ${by})`, (one) => {
      const request = byNth(nth, one);
      return request && one.end(request, by);
    }),
  ),
  fc.nat(9).chain((nth) =>
    command(`finish(${nth})`, (one) => {
      const request = byNth(nth, one);
      return request && one.finish(request);
    }),
  ),
  results.chain((by) => command(`whole(${by})`, (one) => one.whole(by))),
  times.chain((ms) => command(`advance(${ms})`, (_, fleet) => fleet.clock.advance(ms))),
  times.chain((ms) => command(`freeze(${ms})`, (_, fleet) => fleet.clock.jump(ms))),
  fc.integer({ min: -3_600_000, max: 3_600_000 }).chain((ms) =>
    command(`jump(${ms})`, (one) => {
      // Looks at the clock just before it jumps: time that no call observed looks the same as a jump.
      one.breaker.toJSON();
      one.offsetMs += ms;
      one.breaker.toJSON();
    }),
  ),
  modes.chain((mode) =>
    command(`link(${mode})`, ({ link }) => {
      link.mode = mode;
    }),
  ),
  fc.nat(9).chain((nth) => command(`deliver(${nth})`, ({ link }) => link.deliver(nth))),
  command("replace", (one) => one.start(JSON.parse(JSON.stringify(one.breaker)))),
  command("replaceCold", (one) => one.start()),
  command("isolate", (one) => one.link.mode !== "slow" && one.breaker.isolate().catch(() => {})),
  command("release", (one) => one.link.mode !== "slow" && one.breaker.release().catch(() => {})),
];

/** Whatever happened: once network and dependency are well and nothing is isolated, all calls are admitted again. */
async function recovers(fleet: Fleet): Promise<void> {
  for (const environment of fleet.environments) {
    environment.link.mode = "ok";
    while (environment.link.waiting > 0) await environment.link.deliver(0);
    for (const request of environment.requests) {
      while (request.calls.length > 0) await environment.end(request, "failure");
      await environment.finish(request);
    }
  }
  for (const environment of fleet.environments) await environment.breaker.release();
  for (let nth = 0; nth < 50; nth += 1) {
    for (const environment of fleet.environments) await environment.whole("success");
    await fleet.clock.advance(1_000);
  }
  expect(fleet.state?.phase ?? "closed").toBe("closed");
  for (const environment of fleet.environments) expect(environment.breaker.state).toBe("closed");
}

/** The nightly run sets it a hundred times as high. */
const numRuns = Number(process.env.MODEL_RUNS ?? 1_000);

test(
  "at most one prober per epoch, no lost opening, no stale result, no circuit that stays open",
  async () => {
    const sequences = fc.commands(commands, { maxCommands: 40, size: "max" });
    const phases = fc.constantFrom<FleetPhase>("closed", "open", "ramping");
    const property = fc.asyncProperty(phases, sequences, async (phase, sequence) => {
      const fleet = new Fleet(4);
      await fleet.startIn(phase);
      await fc.asyncModelRun(() => ({ model: {}, real: fleet }), sequence);
      await recovers(fleet);
      expect(fleet.faults).toEqual([]);
    });
    await fc.assert(property, { numRuns });
    expect(seen).toEqual(allowed);
  },
  numRuns * 600,
);
