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
          for (const seed of size === 100 ? [1] : [1, 2, 3]) {
            const found = await opensOf(size, { seconds: 60, rate }, poisoned(errorRate), seed);
            expect(found.opens).toBe(0);
            expect(found.shares.rejected).toBe(0);
          }
        },
      );
    }
  }
});

describe("3,000 cold environments at 0.05 calls a second do not open", () => {
  test.each([0.01, 0.1, 0.3])("on %d random errors, though the fleet is suspect now and then", async (errorRate) => {
    const found = await opensOf(3_000, { seconds: 40, rate: 0.05 }, randomErrors(errorRate), 1);
    expect(found.opens).toBe(0);
    expect(found.shares.rejected).toBe(0);
    if (errorRate >= 0.1) expect(found.suspicions).toBeGreaterThan(0);
  });

  test("but open within 10 s of an outage", async () => {
    const found = await opensOf(3_000, { seconds: 20, rate: 0.05 }, () => (seconds) => seconds > 5, 1);
    expect(found.opens).toBeGreaterThan(0);
    expect(found.shares.rejected).toBeGreaterThan(0.2);
  });
});
