import type { Clock } from "@midguard/kernel";
import { within } from "./within.ts";

/** The result of priming for one ping. */
interface PrimeResult {
  readonly primed: boolean;
  /** Why it did not succeed: the error as text. */
  readonly primeError?: string;
}

type Prime = (signal: AbortSignal, payload: unknown) => unknown;

function failed(error: unknown): PrimeResult {
  let primeError = "an error that cannot be shown";
  try {
    primeError = String(error);
    // `fetch` has the reason there.
    if (error instanceof Error && error.cause !== undefined) primeError += `: ${error.cause}`;
  } catch {
    // Anything can be thrown, even a value that has no string form.
  }
  return { primed: false, primeError };
}

function timeout(limitMs: number): DOMException {
  return new DOMException(`prime took longer than ${Math.round(limitMs)} ms`, "TimeoutError");
}

async function settle(prime: Prime, signal: AbortSignal, payload: unknown): Promise<PrimeResult> {
  try {
    await prime(signal, payload);
    return { primed: true };
  } catch (error) {
    return failed(error);
  }
}

async function run(prime: Prime, payload: unknown, limitMs: number, clock: Clock): Promise<PrimeResult> {
  const controller = new AbortController();
  const result = await within(settle(prime, controller.signal, payload), limitMs, clock);
  if (result !== undefined) return result;
  const error = timeout(limitMs);
  controller.abort(error);
  return failed(error);
}

/** Primes for a ping with `leftMs` left. Never rejects. */
export type Primer = (leftMs: number, payload?: unknown) => Promise<PrimeResult>;

/**
 * Makes a primer. Pings that overlap in one environment share one run of `prime`, with the payload of the first, and
 * each waits no longer than its own limit.
 */
export function createPrimer(prime: Prime, timeoutMs: number, clock: Clock): Primer {
  let running: Promise<PrimeResult> | undefined;
  return async function primeFor(leftMs, payload) {
    const limitMs = Math.min(timeoutMs, leftMs);
    if (limitMs <= 0) return failed("no time left to prime");
    if (running !== undefined) return (await within(running, limitMs, clock)) ?? failed(timeout(limitMs));
    running = run(prime, payload, limitMs, clock);
    try {
      return await running;
    } finally {
      running = undefined;
    }
  };
}
