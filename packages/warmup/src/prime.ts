import type { Clock } from "@midguard/kernel";
import { within } from "./within.ts";

/** How the priming of one ping went. */
export interface PrimeOutcome {
  readonly primed: boolean;
  /** Why it did not succeed: the error as text. */
  readonly primeError?: string;
}

type Prime = (signal: AbortSignal) => unknown;

function failed(error: unknown): PrimeOutcome {
  let primeError = "an error that cannot be shown";
  try {
    primeError = String(error);
  } catch {
    // Anything may be thrown, also what cannot be made a string.
  }
  return { primed: false, primeError };
}

function tooSlow(limitMs: number): DOMException {
  return new DOMException(`prime took longer than ${Math.round(limitMs)} ms`, "TimeoutError");
}

async function settle(prime: Prime, signal: AbortSignal): Promise<PrimeOutcome> {
  try {
    await prime(signal);
    return { primed: true };
  } catch (error) {
    return failed(error);
  }
}

async function start(prime: Prime, limitMs: number, clock: Clock): Promise<PrimeOutcome> {
  const controller = new AbortController();
  const outcome = await within(settle(prime, controller.signal), limitMs, clock);
  if (outcome !== undefined) return outcome;
  const error = tooSlow(limitMs);
  controller.abort(error);
  return failed(error);
}

/**
 * Makes the function that primes for one ping, given the time that ping has left. It never rejects. Pings that overlap in
 * one environment share one run, each waiting no longer than it may.
 */
export function createPrimer(prime: Prime, timeoutMs: number, clock: Clock): (leftMs: number) => Promise<PrimeOutcome> {
  let running: Promise<PrimeOutcome> | undefined;
  return async function primeFor(leftMs) {
    const limitMs = Math.min(timeoutMs, leftMs);
    if (limitMs <= 0) return failed("no time left to prime");
    if (running !== undefined) return (await within(running, limitMs, clock)) ?? failed(tooSlow(limitMs));
    running = start(prime, limitMs, clock);
    try {
      return await running;
    } finally {
      running = undefined;
    }
  };
}
