import { subscribe } from "@midguard/kernel";
import { type ManualClock, manualClock, seededRandom } from "@midguard/kernel/testing";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createCircuitBreaker } from "./breaker.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";
import type { CircuitBreakerOptions } from "./options.ts";
import type { CircuitSnapshot } from "./snapshot.ts";
import { failureRate } from "./trips/failure-rate.ts";

const [windowMs, minimumCalls, threshold, slowCallMs, openMs, maxOpenMs, permits] = [
  10_000, 3, 0.6, 400, 500, 2_000, 2,
];

type End = "success" | "failure" | "neutral";
interface Call {
  /** How often the circuit had moved when the call entered it. */
  generation: number;
  beganAt: number;
  leaseEndsAt: number;
}

/** The circuit as a list of all calls ever made, on a clock that only goes forwards. */
class Model {
  now = 0;
  state: "closed" | "open" | "half-open" | "isolated" = "closed";
  generation = 0;
  openings = 0;
  until = 0;
  samples: { at: number; groupAt: number; failed: boolean; slow: boolean }[] = [];
  leases: Call[] = [];
  readonly hanging: Call[] = [];
  readonly random = seededRandom(1);

  move(state: Model["state"]): void {
    this.state = state;
    this.generation += 1;
    this.samples = [];
    this.leases = [];
    if (state === "closed" || state === "isolated") this.openings = 0;
  }

  /** Opens, after a probe that took this long if one failed. */
  open(probeMs = 0): void {
    this.move("open");
    this.openings += 1;
    const doubledMs = [500, 1_000, 2_000][Math.min(this.openings, 3) - 1] as number;
    const nominalMs = Math.min(doubledMs, Math.max(500, probeMs * 4));
    this.until = this.now + nominalMs * (0.75 + this.random() / 2);
  }

  seen(): Model["state"] {
    return this.state === "open" && this.now >= this.until ? "half-open" : this.state;
  }

  /** The call let in, or for how long none will be. */
  enter(): Call | number {
    if (this.seen() === "half-open" && this.state === "open") this.move("half-open");
    if (this.state === "open") return this.until - this.now;
    if (this.state === "isolated") return maxOpenMs;
    if (this.state === "half-open") {
      this.leases = this.leases.filter(({ leaseEndsAt }) => leaseEndsAt > this.now);
      if (this.leases.length >= permits) return Math.min(...this.leases.map((lease) => lease.leaseEndsAt)) - this.now;
    }
    const call = { generation: this.generation, beganAt: this.now, leaseEndsAt: this.now + maxOpenMs };
    if (this.state === "half-open") this.leases.push(call);
    return call;
  }

  end(call: Call, end: End): void {
    if (call.generation !== this.generation) return;
    this.leases = this.leases.filter((lease) => lease !== call);
    if (end === "neutral") return;
    const failed = end === "failure";
    const slow = this.now - call.beganAt >= slowCallMs;
    if (this.state === "half-open") {
      if (failed || slow) this.open(this.now - call.beganAt);
      else this.move("closed");
      return;
    }
    const last = this.samples.at(-1);
    const groupAt = last !== undefined && this.now - last.groupAt < windowMs / 10 ? last.groupAt : this.now;
    this.samples.push({ at: this.now, groupAt, failed, slow });
    const counted = this.samples.filter((sample) => this.now - sample.groupAt < windowMs);
    const share = (kind: "failed" | "slow") => counted.filter((sample) => sample[kind]).length / counted.length;
    const goodAt = this.samples.findLastIndex((sample) => !sample.failed && !sample.slow);
    const run = this.samples.slice(goodAt + 1);
    const runMs = this.now - (run[0]?.at ?? this.now);
    const isHopeless = run.length >= minimumCalls * 2 && runMs >= windowMs / 15 && runMs < windowMs;
    const isOver = counted.length >= minimumCalls && (share("failed") >= threshold || share("slow") >= threshold);
    if ((failed || slow) && (isHopeless || isOver)) {
      this.open();
    }
  }
}

interface Pending {
  readonly result: Promise<unknown>;
  end(end: End): void;
}

/** The breaker under test, with the promises of the calls that the model calls hanging. */
interface Real {
  breaker: CircuitBreaker;
  readonly clock: ManualClock;
  readonly options: CircuitBreakerOptions;
  readonly hanging: Pending[];
}

const aborted = new DOMException("aborted", "AbortError");

function begin(breaker: CircuitBreaker): Pending {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const result = breaker.run(() => promise).catch((error: unknown) => error);
  return {
    result,
    end(end) {
      if (end === "success") resolve(end);
      else reject(end === "neutral" ? aborted : new Error("down"));
    },
  };
}

type Step = (model: Model, real: Real) => Promise<void> | void;

function command(name: string, step: Step): fc.AsyncCommand<Model, Real> {
  return {
    check: () => true,
    toString: () => name,
    async run(model, real) {
      await step(model, real);
      expect(real.breaker.state).toBe(model.seen());
      expect(model.leases.length).toBeLessThanOrEqual(permits);
    },
  };
}

function enter(model: Model, real: Real, keep: (call: Call, pending: Pending) => Promise<void> | void) {
  const expected = model.enter();
  const pending = begin(real.breaker);
  if (typeof expected === "object") return keep(expected, pending);
  return pending.result.then((error) => {
    expect(error).toMatchObject({ code: "CIRCUIT_OPEN" });
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeCloseTo(expected, 3);
  });
}

function advance(model: Model, real: Real, ms: number): void {
  model.now += ms;
  real.clock.jump(ms);
}

const ends = fc.constantFrom<End>("success", "failure", "failure", "neutral");
const times = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 3_600_000 }));

const commands = [
  fc.tuple(ends, fc.constantFrom(0, 0, 10, slowCallMs)).map(([end, ms]) =>
    command(`call(${end}, ${ms})`, (model, real) =>
      enter(model, real, async (call, pending) => {
        advance(model, real, ms);
        model.end(call, end);
        pending.end(end);
        await pending.result;
      }),
    ),
  ),
  fc.constant(
    command("hang", (model, real) =>
      enter(model, real, (call, pending) => {
        model.hanging.push(call);
        real.hanging.push(pending);
      }),
    ),
  ),
  fc.tuple(fc.nat(), ends).map(([nth, end]) =>
    command(`endHanging(${nth}, ${end})`, async (model, real) => {
      const index = nth % Math.max(1, model.hanging.length);
      const [call] = model.hanging.splice(index, 1);
      const [pending] = real.hanging.splice(index, 1);
      if (call === undefined || pending === undefined) return;
      model.end(call, end);
      pending.end(end);
      await pending.result;
    }),
  ),
  times.map((ms) => command(`advance(${ms})`, (model, real) => advance(model, real, ms))),
  times.map((ms) =>
    command(`jumpBack(${ms})`, (_, real) => {
      // Looks at the clock just before it jumps: time that no call observed looks the same as a jump.
      real.breaker.toJSON();
      real.clock.jump(-ms);
      real.breaker.toJSON();
    }),
  ),
  fc.constant(
    command("isolate", (model, real) => {
      if (model.state !== "isolated") model.move("isolated");
      return real.breaker.isolate();
    }),
  ),
  fc.constant(
    command("release", (model, real) => {
      if (model.state === "isolated") model.move("closed");
      return real.breaker.release();
    }),
  ),
  fc.constant(
    command("saveAndLoad", (model, real) => {
      // Whatever was under way is lost with the environment.
      model.hanging.length = real.hanging.length = 0;
      const initialState: CircuitSnapshot = JSON.parse(JSON.stringify(real.breaker));
      real.breaker = createCircuitBreaker({ ...real.options, initialState });
      expect(JSON.parse(JSON.stringify(real.breaker))).toEqual(initialState);
    }),
  ),
];

const allowed = new Set([
  "closed > opened",
  "closed > isolated",
  "opened > half_opened",
  "opened > isolated",
  "half_opened > closed",
  "half_opened > opened",
  "half_opened > isolated",
  "isolated > closed",
]);
const moves = new Set<string>();
let last = "closed";
let unsubscribe: () => void;
beforeEach(() => {
  unsubscribe = subscribe(({ type }) => {
    const state = type.replace("circuit.", "");
    if (state === "rejected") return;
    moves.add(`${last} > ${state}`);
    last = state;
  });
});
afterEach(() => unsubscribe());

/** The nightly run sets it a hundred times as high. */
const numRuns = Number(process.env.MODEL_RUNS ?? 1_000);

test(
  "behaves as the model does, through jumps, freezes, lost calls, isolation and being saved and loaded",
  async () => {
    const property = fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: "max" }), async (sequence) => {
      last = "closed";
      await fc.asyncModelRun(() => {
        const clock = manualClock();
        const trip = failureRate({ threshold, windowMs, minimumCalls, slowCallMs });
        const random = seededRandom(1);
        const options = { name: "model", trip, openMs, maxOpenMs, halfOpenPermits: permits, clock, random };
        return { model: new Model(), real: { breaker: createCircuitBreaker(options), clock, options, hanging: [] } };
      }, sequence);
    });
    await fc.assert(property, { numRuns });
    // Every move that is allowed was made, and no other.
    expect(moves).toEqual(allowed);
  },
  numRuns * 60,
);
