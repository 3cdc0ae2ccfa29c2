import { type CircuitEvent, subscribe } from "@midguard/kernel";
import { type ManualClock, manualClock } from "@midguard/kernel/testing";
import { afterEach, beforeEach } from "vitest";
import { createCircuitBreaker } from "../src/breaker.ts";
import type { CircuitBreaker } from "../src/circuit-breaker.ts";
import type { CircuitBreakerOptions } from "../src/options.ts";
import { consecutiveFailures } from "../src/trips/consecutive-failures.ts";

/** Half-way between the ends of the jitter: open times are what the options say. */
export const middle = (): number => 0.5;

interface SetUp {
  readonly clock: ManualClock;
  readonly breaker: CircuitBreaker;
}

/** A breaker that opens after two failures, on a clock that stands still. */
export function setUp(options: Partial<CircuitBreakerOptions> = {}): SetUp {
  const clock = manualClock();
  const trip = consecutiveFailures(2);
  return { clock, breaker: createCircuitBreaker({ name: "payments", trip, clock, random: middle, ...options }) };
}

/** One whose circuit has opened, and whose open time is over. */
export async function setUpHalfOpen(options: Partial<CircuitBreakerOptions> = {}): Promise<SetUp> {
  const made = setUp(options);
  await openUp(made.breaker);
  made.clock.jump(500);
  return made;
}

export function succeed(breaker: CircuitBreaker): Promise<string> {
  return breaker.run(async () => "ok");
}

/** A failed call; resolves to what it rejects with. */
export function fail(breaker: CircuitBreaker, error: unknown = new Error("down")): Promise<unknown> {
  return settle(breaker.run(() => Promise.reject(error)));
}

/** A call that fails after `ms`. */
export async function failAfter({ breaker, clock }: SetUp, ms: number): Promise<void> {
  const { result, reject } = pending(breaker);
  clock.jump(ms);
  reject(new Error("down"));
  await settle(result);
}

export async function openUp(breaker: CircuitBreaker): Promise<void> {
  for (let calls = 0; breaker.state === "closed" && calls < 10; calls += 1) await fail(breaker);
}

/** What a promise resolves to or rejects with. */
export function settle(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

export function hang(): Promise<never> {
  return new Promise(() => {});
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly result: Promise<unknown>;
}

/** A call that the test ends. */
export function pending(breaker: CircuitBreaker): Pending {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  return { resolve, reject, result: settle(breaker.run(() => promise)) };
}

/** The events that are published during each test. */
export function recordEvents(): readonly CircuitEvent[] {
  const events: CircuitEvent[] = [];
  let unsubscribe: () => void;
  beforeEach(() => {
    events.length = 0;
    unsubscribe = subscribe((event) => events.push(event as CircuitEvent));
  });
  afterEach(() => unsubscribe());
  return events;
}

/** The process warnings that are emitted during each test. */
export function recordWarnings(): readonly string[] {
  const warnings: string[] = [];
  const warn = ({ message }: Error): unknown => warnings.push(message);
  beforeEach(() => {
    warnings.length = 0;
    process.on("warning", warn);
  });
  afterEach(() => {
    process.off("warning", warn);
  });
  return warnings;
}
