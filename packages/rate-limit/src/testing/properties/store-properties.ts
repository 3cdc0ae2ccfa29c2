import type { Arbitrary } from "fast-check";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { type StoreContractCase, type StoreKind, type StoreNeed, storeKinds } from "../case.ts";
import { othersOf, type StoreHarness } from "../harness.ts";
import { type Arbitraries, arbitrariesOf, type FastCheck } from "./arbitraries.ts";
import { keepsBoundsInSpiteOfSkew } from "./clocks.ts";
import {
  decidesAsTheOracle,
  decidesManyAtOnce,
  keepsBounds,
  refundsMintNothing,
  resetsToTheMs,
  retriesToTheMs,
} from "./decisions.ts";

/** Options of `storeProperties`. */
export interface StorePropertiesOptions {
  /** The kinds of limit that the store takes. @default all */
  readonly kinds?: readonly StoreKind[] | undefined;
  /** Runs of each property. @default 100; 20 for a store on a clock of its own, whose time passes for real */
  readonly numRuns?: number | undefined;
  /** Repeats what fast-check reported. @default another one each time */
  readonly seed?: number | undefined;
}

/** A property of a harness, as fast-check runs it. */
interface Property<T extends [unknown, ...unknown[]]> {
  readonly name: string;
  readonly needs?: readonly StoreNeed[];
  draw(from: Arbitraries, fc: FastCheck): { readonly [Index in keyof T]: Arbitrary<T[Index]> };
  hold(harness: StoreHarness, ...drawn: T): Promise<void>;
}

function inOneEnvironment(harness: StoreHarness): StoreHarness {
  return { ...harness, others: undefined };
}

/** Builds the cases of one call of `storeProperties`. */
function createCases(fc: FastCheck, { kinds = storeKinds, numRuns, seed }: StorePropertiesOptions) {
  return function caseOf<T extends [unknown, ...unknown[]]>(property: Property<T>): StoreContractCase {
    return {
      name: property.name,
      needs: [...kinds, ...(property.needs ?? [])],
      async run(harness) {
        if (property.needs?.includes("environments")) othersOf(harness);
        const isMovable = harness.clock !== "store";
        const drawn = property.draw(arbitrariesOf(fc, kinds, isMovable), fc);
        await fc.assert(
          fc.asyncProperty<T>(...drawn, (...given) => property.hold(harness, ...given)),
          { numRuns: numRuns ?? (isMovable ? 100 : 20), ...(seed === undefined ? {} : { seed }) },
        );
      },
    };
  };
}

const cost = (fc: FastCheck) => fc.integer({ min: 1, max: 14 });

/**
 * What every store does, as properties that fast-check tries with random limits and takes, and most of them against
 * `oracleDecision`: run each like a case of `storeContract`.
 *
 * @example
 * import fc from "fast-check";
 * for (const { name, run } of storeProperties(fc)) test(name, () => run(harness));
 *
 * @param fc - fast-check 4, which is the caller's own.
 */
export function storeProperties(fc: FastCheck, options: StorePropertiesOptions = {}): readonly StoreContractCase[] {
  const caseOf = createCases(fc, options);
  return [
    caseOf<[readonly Limit[], Parameters<typeof decidesAsTheOracle>[2]]>({
      name: "property: decides and peeks as the oracle does, all limits or none",
      draw: ({ limits, steps }) => [limits, steps],
      hold: (harness, ...drawn) => decidesAsTheOracle(inOneEnvironment(harness), ...drawn),
    }),
    caseOf<[readonly Limit[], Parameters<typeof decidesAsTheOracle>[2]]>({
      name: "property: decides as the oracle does, each take by another environment",
      needs: ["environments"],
      draw: ({ limits, steps }) => [limits, steps],
      hold: decidesAsTheOracle,
    }),
    caseOf<[readonly Limit[], Parameters<typeof keepsBounds>[2]]>({
      name: "property: admits no more to a greedy client than the bound of each limit, in any stretch of time",
      draw: ({ limits, greedySteps }) => [limits, greedySteps],
      hold: keepsBounds,
    }),
    caseOf<[readonly Limit[], Parameters<typeof retriesToTheMs>[2], number]>({
      name: "property: admits after retryAfterMs, and not one ms earlier",
      needs: ["caller-clock"],
      draw: ({ limits, steps }) => [limits, steps, cost(fc)],
      hold: retriesToTheMs,
    }),
    caseOf<[Limit, Parameters<typeof resetsToTheMs>[2]]>({
      name: "property: holds everything again after resetAfterMs, and not one ms earlier",
      needs: ["caller-clock"],
      draw: ({ limit, steps }) => [limit, steps],
      hold: resetsToTheMs,
    }),
    caseOf<[Limit, Parameters<typeof refundsMintNothing>[2], number]>({
      name: "property: refunds leave no more than if nothing had been taken",
      needs: ["caller-clock"],
      draw: ({ limit, steps }) => [
        limit,
        fc
          .tuple(steps, fc.infiniteStream(fc.boolean()))
          .map(([all, refunds]) => all.map((step) => ({ ...step, environment: 0, refunds: refunds.next().value }))),
        fc.oneof(fc.nat(3_000), fc.nat(90_000_000)),
      ],
      hold: refundsMintNothing,
    }),
    caseOf<[readonly Limit[], Parameters<typeof decidesManyAtOnce>[2]]>({
      name: "property: decides takes at once as if they came one after the other",
      draw: () => [
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }).map((numbers) =>
          // They do not free themselves meanwhile.
          numbers.map((number, index) => quota(number, "year", { name: `limit ${index}` })),
        ),
        fc.array(fc.record({ cost: fc.integer({ min: 1, max: 5 }), environment: fc.nat(7) }), {
          minLength: 2,
          maxLength: 20,
        }),
      ],
      hold: decidesManyAtOnce,
    }),
    caseOf<[Limit, Parameters<typeof keepsBoundsInSpiteOfSkew>[2], readonly number[]]>({
      name: "property: keeps the bound of each limit if the clocks of its callers are 25 ms apart",
      needs: ["environments"],
      draw: ({ limit, greedySteps }) => [limit, greedySteps, fc.array(fc.nat(25), { minLength: 3, maxLength: 3 })],
      hold: keepsBoundsInSpiteOfSkew,
    }),
  ];
}
