import middy from "@middy/core";
import { createCircuitBreaker } from "@midguard/circuit-breaker";
import { createRetry, retry } from "@midguard/retry";
import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry as retryPolicy,
  SamplingBreaker,
  wrap,
} from "cockatiel";
import Opossum from "opossum";
import pRetry from "p-retry";
import { type Comparison, timedProcesses } from "../comparison.ts";
import { names } from "../names.ts";
import { type Handler, lambdaContext } from "../requests.ts";
import { type Contestant, type Job, timeAll } from "../timing.ts";

/** The guarded call: it resolves at once, so that only the guard is timed. */
async function downstream(): Promise<number> {
  return 7;
}

function contestant(name: string, call: () => unknown): Contestant {
  return { name, call, check: (answer) => answer === 7 };
}

const bare = contestant("a bare async call", () => downstream());

/** Measures inside an invocation with a deadline, like a handler. */
async function inside(measuring: () => Promise<void>): Promise<void> {
  const handler = middy().use(retry()).handler(measuring);
  await (handler as Handler)({}, lambdaContext(600_000));
}

function jobs(name: string, contestants: readonly Contestant[], ours: Contestant): readonly Job[] {
  return [
    { name: `${name}, outside an invocation`, contestants: [bare, ours, ...contestants] },
    { name: `${name}, inside an invocation`, contestants: [bare, ours], within: inside },
  ];
}

async function loop<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt > 3) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt));
    }
  }
}

const policy = createRetry({ name: "bench" });
const cockatielRetry = retryPolicy(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() });

const breaker = createCircuitBreaker({ name: "bench" });
const cockatielBreaker = circuitBreaker(handleAll, {
  halfOpenAfter: 1_000,
  breaker: new SamplingBreaker({ threshold: 0.7, duration: 30_000 }),
});
const cockatielConsecutive = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(5) });
const opossum = new Opossum(downstream, { timeout: false });

/** A call that reads its signal and ends within its turn of the event loop: its attempt needs no timer. */
async function cancellable({ signal }: { signal: AbortSignal }): Promise<number> {
  return signal.aborted ? 0 : 7;
}

function nextTurn(): Promise<number> {
  return new Promise((resolve) => setImmediate(resolve, 7));
}

/** A call that reads its signal and outlasts its turn, as every call of `fetch` does: its attempt needs one. */
async function slowlyCancellable({ signal }: { signal: AbortSignal }): Promise<number> {
  const value = await nextTurn();
  return signal.aborted ? 0 : value;
}

/** The first is the base. */
const inTime = [bare, contestant(names.us, () => policy.run(cancellable))] as const;
const slowly = [
  contestant("a bare call that ends in the next turn", async () => await nextTurn()),
  contestant(names.us, () => policy.run(slowlyCancellable)),
] as const;

export const retries: Comparison = {
  name: "retry",
  title: "A retry policy round a call that succeeds",
  processes: timedProcesses,
  run: (effort) =>
    timeAll(
      [
        ...jobs(
          "retry",
          [
            contestant("a hand-written loop", () => loop(downstream)),
            contestant(names.cockatiel, () => cockatielRetry.execute(downstream)),
            contestant(names.pRetry, () => pRetry(downstream, { retries: 3 })),
          ],
          contestant(names.us, () => policy.run(downstream)),
        ),
        { name: "retry, signal read, outside an invocation", contestants: inTime },
        { name: "retry, signal read, inside an invocation", contestants: inTime, within: inside },
        { name: "retry, signal read, with a timer, inside an invocation", contestants: slowly, within: inside },
      ],
      effort,
    ),
};

export const breakers: Comparison = {
  name: "breaker",
  title: "A circuit breaker round a call that succeeds",
  processes: timedProcesses,
  run: (effort) =>
    timeAll(
      jobs(
        "breaker",
        [
          contestant(`${names.cockatiel}, sampling`, () => cockatielBreaker.execute(downstream)),
          contestant(`${names.cockatiel}, consecutive`, () => cockatielConsecutive.execute(downstream)),
          contestant(names.opossum, () => opossum.fire()),
        ],
        contestant(names.us, () => breaker.run(downstream)),
      ),
      effort,
    ),
};

const cockatielBoth = wrap(cockatielRetry, cockatielBreaker);
const ours = contestant(names.us, () => policy.run(() => breaker.run(downstream)));

export const guarded: Comparison = {
  name: "guarded",
  title: "A retry policy round a circuit breaker round a call that succeeds",
  processes: timedProcesses,
  run: (effort) =>
    timeAll(
      jobs(
        "both",
        [
          contestant(names.cockatiel, () => cockatielBoth.execute(downstream)),
          contestant(`${names.pRetry} + ${names.opossum}`, () => pRetry(() => opossum.fire(), { retries: 3 })),
        ],
        ours,
      ),
      effort,
    ),
};
