import { manualClock, seededRandom } from "@midguard/kernel/testing";
import { describe, expect, test } from "vitest";
import { createEnvironment, neverTrips, recordMoves, serve, type Traffic } from "../../test-support/fleet.ts";
import { memoryCircuitStore } from "../testing/index.ts";

type Errors = (random: () => number) => Traffic["fails"];

/** How often a fleet of this size opened, and became suspect. Only the fleet can open: the local circuits never do. */
async function opensOf(size: number, traffic: Pick<Traffic, "seconds" | "rate">, errors: Errors, seed: number) {
  const [clock, random] = [manualClock(), seededRandom(seed)];
  const memory = memoryCircuitStore(clock);
  const { store, moves } = recordMoves(memory);
  const environments = Array.from({ length: size }, () => createEnvironment({ store, clock, trip: neverTrips }));
  const shares = await serve(environments, clock, { ...traffic, fails: errors(random), random });
  const count = (phase: string) => moves.filter((move) => move.phase === phase).length;
  return { opens: count("open"), suspicions: count("suspect"), shares, calls: memory.calls };
}

const poisoned =
  (errorRate: number): Errors =>
  (random) =>
  (_, environment) =>
    environment === 0 || random() < errorRate;

const randomErrors =
  (errorRate: number): Errors =>
  (random) =>
  () =>
    random() < errorRate;

describe("one poisoned environment never opens the fleet", () => {
  for (const size of [10, 20, 100]) {
    for (const rate of [0.5, 2, 4]) {
      test.each([0.01, 0.02])(
        `of ${size} at ${rate} calls a second each, and %d errors elsewhere`,
        async (errorRate) => {
          for (const seed of [1, 2]) {
            const found = await opensOf(size, { seconds: size === 100 ? 60 : 300, rate }, poisoned(errorRate), seed);
            console.log(size, rate, errorRate, JSON.stringify(found));
            expect(found.opens).toBe(0);
            expect(found.shares.rejected).toBe(0);
          }
        },
      );
    }
  }
});

describe("3,000 cold environments at 0.05 calls a second do not open", () => {
  test.each([0.01, 0.1, 0.3])("on %d random errors", async (errorRate) => {
    const found = await opensOf(3_000, { seconds: 60, rate: 0.05 }, randomErrors(errorRate), 1);
    console.log(errorRate, JSON.stringify(found));
    expect(found.opens).toBe(0);
  });
});
