import assert from "node:assert/strict";
import { type StoreContractCase, storeKinds } from "../case.ts";
import { handOn } from "../harness.ts";
import { slowLimit } from "./limits.ts";

/** How long an environment may take to notice what another one has given back. */
const noticeMs = 30_000;

/** Several instances of a store on the same data. */
export const environments: readonly StoreContractCase[] = [
  ...storeKinds.map(
    (kind): StoreContractCase => ({
      name: `${kind}: counts for all environments together`,
      needs: [kind, "environments"],
      async run(harness) {
        const limits = [slowLimit(kind)];
        const hand = handOn(harness, limits);
        for (const [environment, left] of [2, 1, 0].entries()) {
          assert.equal((await hand.take(1, limits, { environment })).decision.remaining, left);
        }
        for (const environment of [0, 1, 2]) {
          assert.equal((await hand.take(1, limits, { environment })).decision.allowed, false);
          assert.deepEqual(await hand.remaining(limits, { environment }), [0]);
        }
      },
    }),
  ),
  ...storeKinds.map(
    (kind): StoreContractCase => ({
      name: `${kind}: admits no more than the limit to many at once in many environments`,
      needs: [kind, "environments"],
      async run(harness) {
        const limits = [slowLimit(kind, 10)];
        const hand = handOn(harness, limits);
        const calls = Array.from({ length: 40 }, (_, environment) => hand.take(1, limits, { environment }));
        const admitted = (await Promise.all(calls)).filter(({ decision }) => decision.allowed);
        assert.equal(admitted.length, 10);
        await Promise.all(admitted.map((taken) => hand.refund(taken)));
        assert.deepEqual(await hand.remaining(), [10]);
      },
    }),
  ),
  {
    name: "quota: admits a blocked key after a reset by another environment, within 30 s",
    needs: ["quota", "environments"],
    async run(harness) {
      const limits = [slowLimit("quota")];
      const hand = handOn(harness, limits);
      await hand.take(3);
      assert.equal((await hand.take()).decision.allowed, false);
      await hand.reset({ environment: 1 });
      assert.equal((await hand.take(1, limits, { environment: 1 })).decision.allowed, true);
      if (harness.remembersRejections) await harness.advance(noticeMs);
      assert.equal((await hand.take()).decision.allowed, true);
    },
  },
];
