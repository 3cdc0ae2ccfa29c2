import type { CircuitEvent } from "@midguard/kernel";
import type { Circuit } from "./state.ts";

type WithoutSource<E> = E extends unknown ? Omit<E, "source"> : never;

/** An event to publish; the runner adds the circuit's name. */
export type CircuitFact = WithoutSource<CircuitEvent>;

/** The result of a transition: the next state, and the event to publish. */
export interface Step {
  readonly circuit: Circuit;
  readonly facts: readonly CircuitFact[];
}

/** Nothing to publish. */
export const noFacts: readonly CircuitFact[] = [];

/** A step that publishes nothing. */
export function quietly(circuit: Circuit): Step {
  return { circuit, facts: noFacts };
}
