import { manualClock } from "@midguard/kernel/testing";
import { expect, test } from "vitest";
import { circuitStoreContract, memoryCircuitStore } from "./index.ts";

const { signal } = new AbortController();

test.each(circuitStoreContract)("memoryCircuitStore $name", ({ run }) => run({ store: memoryCircuitStore() }));

test("memoryCircuitStore counts its calls, and has the clock that it is given", async () => {
  const clock = manualClock();
  const store = memoryCircuitStore(clock);
  expect((await store.read(["a"], signal)).now).toBe(clock.now());
  await store.count("a", 0, { index: 1, calls: 1, failures: 1, reporters: "a" }, signal);
  await store.list(signal);
  expect(store.calls).toEqual({ reads: 2, writes: 1 });
});
