import type { Lease } from "./leases.ts";
import type { TripCounter } from "./trips/trip.ts";

/** What a circuit can be. `isolated` is held open by hand. */
export type CircuitState = "closed" | "open" | "half-open" | "isolated";

/**
 * Where a circuit stands. Each state owns what only it needs, so that a circuit which closes has an empty window, and one
 * which half-opens has all its permits. Every transition makes a new object, and the object is the generation: a call
 * that entered another one than the current has nothing to say about it.
 */
export type Circuit =
  | { readonly state: "closed"; readonly counter: TripCounter }
  | { readonly state: "open"; readonly openings: number; readonly until: number }
  | { readonly state: "half-open"; readonly openings: number; readonly leases: Set<Lease> }
  | { readonly state: "isolated" };

/** How long a circuit stays open, in ms, and the chance that scatters it. */
export interface OpenTime {
  readonly openMs: number;
  readonly maxOpenMs: number;
  readonly random: () => number;
}

/** The furthest that an open time is moved from its nominal length, up or down. */
const jitter = 0.25;

/** How long the `openings`-th opening in a row lasts: doubled each time up to the maximum, then scattered. */
export function openTimeMs(openings: number, { openMs, maxOpenMs, random }: OpenTime): number {
  const nominalMs = Math.min(openMs * 2 ** (openings - 1), maxOpenMs);
  // After the cap, not before it: environments that all reached the maximum must not probe in step.
  return nominalMs * (1 - jitter + 2 * jitter * random());
}

/** No opening lasts longer than this. */
export function longestOpenMs(maxOpenMs: number): number {
  return maxOpenMs * (1 + jitter);
}

/** How often in a row the circuit has opened without having closed in between. */
export function openingsOf(circuit: Circuit): number {
  return "openings" in circuit ? circuit.openings : 0;
}
