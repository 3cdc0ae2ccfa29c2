/** The example of README.md, letter by letter. */
import { currentInvocation, isRehearsal, subscribe } from "@midguard/kernel";

// Everything the family tells, in the invocation that it happened in.
const unsubscribe = subscribe((event) => {
  if (event.type === "circuit.opened") console.warn(`${event.source} opened for ${event.openMs} ms`);
});

export async function handle(): Promise<void> {
  if (isRehearsal()) return; // a recorded event that warms this environment: write nothing
  const left = currentInvocation()?.remainingMs() ?? Infinity;
  console.log(`${left} ms left`);
}

import { expectTypeOf, test } from "vitest";

test("a subscription ends by calling what it returned", () => {
  expectTypeOf(unsubscribe).toEqualTypeOf<() => void>();
});
