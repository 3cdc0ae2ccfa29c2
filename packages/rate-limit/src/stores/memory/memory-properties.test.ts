import { manualClock } from "@midguard/kernel/testing";
import fc from "fast-check";
import { describe, it } from "vitest";
import { storeProperties } from "../../testing/index.ts";
import { memoryStore } from "./memory-store.ts";

describe("memoryStore against the oracle", () => {
  const properties = storeProperties(fc, { numRuns: 300 });
  for (const { name, run } of properties.filter(({ needs }) => !needs.includes("environments"))) {
    it(name, { timeout: 60_000 }, async () => {
      const clock = manualClock();
      const advance = async (ms: number): Promise<void> => clock.jump(ms);
      await run({ store: memoryStore({ maxBytes: 67_108_864 }), now: clock.now, advance });
    });
  }
});
