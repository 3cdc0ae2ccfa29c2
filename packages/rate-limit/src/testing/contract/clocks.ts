import assert from "node:assert/strict";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { type StoreContractCase, storeKinds } from "../case.ts";
import { handOn, type StoreHarness } from "../harness.ts";
import { keepsBoundsInSpiteOfSkew } from "../properties/clocks.ts";
import { quickKinds, quickLimit, slowLimit } from "./limits.ts";

/** Moves a clock that starts at the turn of a year away from it; a store's own clock is left alone. */
async function leaveMidnight(harness: StoreHarness): Promise<void> {
  if (harness.clock !== "store") await harness.advance(90_000_000);
}

/** Takes of a client that takes all it can for about three windows of 1 s, each in the next environment. */
const greedySteps = Array.from({ length: 120 }, (_, index) => ({
  pauseMs: [1, 49, 0, 30, 7, 63][index % 6] as number,
  cost: 1,
  environment: index,
}));

/** Environments whose clocks differ. */
export const clocks: readonly StoreContractCase[] = [
  ...storeKinds.map(
    (kind): StoreContractCase => ({
      name: `${kind}: loses no count of a long limit to clocks that are 5 s apart`,
      needs: [kind, "environments"],
      async run(harness) {
        await leaveMidnight(harness);
        const limits = [slowLimit(kind, 6)];
        const hand = handOn(harness, limits);
        let admitted = 0;
        for (let times = 0; times < 30; times += 1) {
          const caller = { environment: times, aheadMs: [-2_500, 2_500, 0, 2_499, -1][times % 5] };
          if ((await hand.take(1, limits, caller)).decision.allowed) admitted += 1;
        }
        assert.equal(admitted, 6);
        assert.deepEqual(await hand.remaining(), [0]);
      },
    }),
  ),
  {
    name: "sliding-window: loses no count of a window shorter than the difference of the clocks, 5 s",
    needs: ["sliding-window", "environments"],
    async run(harness) {
      await leaveMidnight(harness);
      const limits = [slidingWindow(3, "1s"), slidingWindow(100, "30d")];
      const hand = handOn(harness, limits);
      let admitted = 0;
      for (const [environment, aheadMs] of [0, 0, 0, 5_000, -5_000, 5_000, 2_500].entries()) {
        const { allowed } = (await hand.take(1, limits, { environment, aheadMs })).decision;
        if (allowed) admitted += 1;
      }
      assert.equal((await hand.remaining())[1], 100 - admitted);
      // In real time the window may be over.
      if (harness.clock === "store") return;
      assert.equal((await hand.take()).decision.allowed, false, "a fast clock has removed the count of a slow one");
    },
  },
  ...storeKinds.map(
    (kind): StoreContractCase => ({
      name: `${kind}: keeps its bound for a greedy client if the clocks of environments are 25 ms apart`,
      needs: [kind, "environments"],
      async run(harness) {
        const limit = kind === "quota" ? slowLimit(kind) : quickLimit(kind);
        await keepsBoundsInSpiteOfSkew(harness, limit, greedySteps, [0, 25, 12]);
      },
    }),
  ),
  ...quickKinds.map(
    (kind): StoreContractCase => ({
      name: `${kind}: admits nothing more while a clock stands still`,
      needs: [kind, "caller-clock"],
      async run(harness) {
        const hand = handOn(harness, [quickLimit(kind)]);
        await hand.take(3);
        const first = (await hand.take()).decision.retryAfterMs;
        for (let times = 0; times < 20; times += 1) {
          const { allowed, retryAfterMs } = (await hand.take()).decision;
          assert.deepEqual([allowed, retryAfterMs], [false, first]);
        }
      },
    }),
  ),
];
