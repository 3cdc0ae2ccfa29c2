import { manualClock } from "@midguard/kernel/testing";
import { it } from "vitest";
import { storeContract } from "../../testing/store-contract.ts";
import { describeWithTable } from "./testing/local-table.ts";

describeWithTable("dynamoDbStore as a store", (table) => {
  for (const { name, needs, run } of storeContract) {
    it.skipIf(needs.includes("strict"))(name, async () => {
      const clock = manualClock();
      await run({ store: table.newStore(), now: clock.now, advance: clock.advance });
    });
  }
});
