import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createCircuitBreaker, createCircuitBreakers } from "@midguard/circuit-breaker";
import { breakerFetch } from "@midguard/circuit-breaker/fetch";
import { systemClock } from "@midguard/kernel";
import { constant, createRetry } from "@midguard/retry";
import { retryFetch } from "@midguard/retry/fetch";
import { afterAll, beforeAll, expect, test } from "vitest";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const runs = 200;
const timeoutMs = 200;

let server: Server;
let base: string;

beforeAll(async () => {
  // Half an answer, and never the rest; or no answer at all.
  server = createServer((request, response) => {
    if (request.url === "/half") response.write("a");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A call that never settles, and does not look at any signal. */
function hang(): Promise<never> {
  return new Promise(() => {});
}

const never = constant(60_000);
const policy = createRetry({ name: "signals", budget: false, attemptTimeoutMs: Infinity });
const waiting = createRetry({ name: "waiting", budget: false, backoff: never });
const breaker = createCircuitBreaker({ name: "signals", isFailure: () => false });
const family = createCircuitBreakers({ name: "signals", isFailure: () => false });

/** Reads the rest of an answer, once some collections have passed since the headers. */
async function readLate(response: Response): Promise<string> {
  await sleep(20);
  return response.text();
}

/** A call of the user's, whose request also ends with a signal of its own. */
async function fetchHalf(signal: AbortSignal): Promise<Response> {
  return fetch(`${base}/half`, { signal: AbortSignal.any([new AbortController().signal, signal]) });
}

const paths: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
  "a policy's call": (signal) => policy.run(hang, { signal }),
  "a policy's wait": (signal) => waiting.run(() => Promise.reject(new Error("down")), { signal }),
  "a policy's own signal": (signal) => createRetry({ signal, attemptTimeoutMs: Infinity }).run(hang),
  "a policy's signal beside a run's": (signal) =>
    createRetry({ signal, attemptTimeoutMs: Infinity }).run(hang, { signal: new AbortController().signal }),
  "a policy in a policy": (outer) => policy.run(({ signal }) => policy.run(hang, { signal }), { signal: outer }),
  "a breaker's call": (signal) => breaker.run(hang, { signal }),
  "a breaker in a policy": (outer) => policy.run(({ signal }) => breaker.run(hang, { signal }), { signal: outer }),
  "retryFetch, before the headers": (signal) => retryFetch(policy)(base, { signal }),
  "retryFetch, a Request's signal": (signal) => retryFetch(policy)(new Request(base, { signal })),
  "retryFetch, in the body": async (signal) => readLate(await retryFetch(policy)(`${base}/half`, { signal })),
  "breakerFetch, before the headers": (signal) => breakerFetch(family)(base, { signal }),
  "breakerFetch, in the body": async (signal) => readLate(await breakerFetch(family)(`${base}/half`, { signal })),
  "retryFetch over breakerFetch, in the body": async (signal) =>
    readLate(await retryFetch(policy, breakerFetch(family))(`${base}/half`, { signal })),
  "a body that a policy's call has left, with a signal derived from the caller's": async (signal) =>
    readLate(await policy.run(() => fetchHalf(signal), { signal })),
  "a body that a breaker's call has left, with a signal derived from the caller's": async (signal) =>
    readLate(await breaker.run(() => fetchHalf(signal), { signal })),
  "a sleep": (signal) => systemClock.sleep(60_000, signal),
  "a body after a sleep, with a signal derived before it": async (signal) => {
    const derived = AbortSignal.any([new AbortController().signal, signal]);
    await systemClock.sleep(1, signal);
    return readLate(await fetch(`${base}/half`, { signal: derived }));
  },
};

/** Timeouts that nobody else holds: a plain one, and one that is derived, as a framework might. */
const signals: Record<string, () => AbortSignal> = {
  "AbortSignal.timeout": () => AbortSignal.timeout(timeoutMs),
  "AbortSignal.any": () => AbortSignal.any([new AbortController().signal, AbortSignal.timeout(timeoutMs)]),
};

/** A function of its own, so that no variable of the test keeps the error. */
function nameOf(error: unknown): string {
  return (error as Error).name;
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
}

// Before Node 24, a signal by `AbortSignal.any` does not keep its timeout.
const keepsSources = Number(process.versions.node.split(".")[0]) >= 24;
const kinds = Object.keys(signals).filter((kind) => keepsSources || kind === "AbortSignal.timeout");
const cases = kinds.flatMap((kind) => Object.keys(paths).map((path) => [kind, path] as const));

test.each(cases)("200 runs end with the signal, whatever is collected meanwhile: %s, %s", async (kind, path) => {
  const before = timers();
  const refs: WeakRef<AbortSignal>[] = [];
  async function run(): Promise<unknown> {
    const signal = signals[kind]?.() as AbortSignal;
    refs.push(new WeakRef(signal));
    try {
      return await paths[path]?.(signal);
    } catch (error) {
      return nameOf(error);
    }
  }
  const collecting = setInterval(collect, 50);
  const late = new AbortController();
  const ended = Promise.all(Array.from({ length: runs }, run));
  const outcome = await Promise.race([ended, sleep(10_000, "a run did not end", { signal: late.signal })]);
  clearInterval(collecting);
  late.abort();
  expect(outcome).toEqual(Array<string>(runs).fill("TimeoutError"));
  // Nothing holds a signal whose run has ended: no listener, no timer, no list.
  for (let turns = 0; turns < 50 && refs.some((ref) => ref.deref() !== undefined); turns += 1) {
    await sleep(10);
    collect();
  }
  expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(1);
  expect(timers()).toBeLessThanOrEqual(before);
});
