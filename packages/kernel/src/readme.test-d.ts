/** The example of README.md, word for word. */
import { currentInvocation, isRehearsal, subscribe } from "@midguard/kernel";

// Every event of Midguard, in the invocation that it happened in.
const unsubscribe = subscribe((event) => {
  if (event.type === "circuit.opened") console.warn(`${event.source} opened for ${event.openMs} ms`);
});

export async function handle(): Promise<void> {
  if (isRehearsal()) return; // A recorded event that warms this environment: write nothing.
  const left = currentInvocation()?.remainingMs() ?? Infinity;
  console.log(`${left} ms left`);
}

import { expectTypeOf, test } from "vitest";

test("a subscription ends by calling what it returned", () => {
  expectTypeOf(unsubscribe).toEqualTypeOf<() => void>();
});
