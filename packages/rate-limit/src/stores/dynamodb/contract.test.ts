import { manualClock } from "@midguard/kernel/testing";
import fc from "fast-check";
import { it } from "vitest";
import { storeContract, storeProperties } from "../../testing/index.ts";
import { describeWithTable } from "./testing/local-table.ts";

const kinds = ["sliding-window", "quota", "token-bucket"] as const;

describeWithTable("dynamoDbStore as a store", (table) => {
  for (const { name, needs, run } of [...storeContract, ...storeProperties(fc, { kinds, numRuns: 10 })]) {
    // Again if it fails: on a busy machine a take may be overtaken five times, and its key then counts as busy for a second.
    it.skipIf(needs.includes("strict"))(name, { timeout: 60_000, retry: 1 }, async () => {
      const clock = manualClock();
      const others = [table.newWholeStore(), table.newWholeStore()];
      const advance = async (ms: number): Promise<void> => clock.jump(ms);
      await run({ store: table.newWholeStore(), others, remembersRejections: true, now: clock.now, advance });
    });
  }
});
