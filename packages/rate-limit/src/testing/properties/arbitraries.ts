import type { Arbitrary } from "fast-check";
import { calendarUnits } from "../../limits/calendar.ts";
import type { Limit } from "../../limits/limit.ts";
import { quota } from "../../limits/quota.ts";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { tokenBucket } from "../../limits/token-bucket.ts";
import type { StoreKind } from "../case.ts";

/** fast-check, as `import fc from "fast-check"` gives it. */
export type FastCheck = typeof import("fast-check").default;

/** A take of a script. */
export interface Step {
  /** Time that passes before it. */
  readonly pauseMs: number;
  readonly cost: number;
  /** Which instance of the store decides. */
  readonly environment: number;
}

/** What the properties draw from: windows and pauses of ms to days, or of ms only if time cannot be moved. */
export interface Arbitraries {
  /** Never larger than 12. */
  readonly limit: Arbitrary<Limit>;
  /** One to four limits with ids of their own. */
  readonly limits: Arbitrary<readonly Limit[]>;
  readonly steps: Arbitrary<readonly Step[]>;
  /** Takes of 1 in quick succession, as a greedy client makes them. */
  readonly greedySteps: Arbitrary<readonly Step[]>;
}

const zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"];

/** Limits of these kinds, and scripts for them. */
export function arbitrariesOf(fc: FastCheck, kinds: readonly StoreKind[], isMovable: boolean): Arbitraries {
  const number = fc.integer({ min: 1, max: 12 });
  const windowMs = isMovable
    ? fc.oneof(fc.integer({ min: 12, max: 5_000 }), fc.constantFrom(997, 1_000, 60_000))
    : fc.integer({ min: 12, max: 400 });
  const perSecond = fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0.1, max: 20, noNaN: true }));
  const byKind: Readonly<Record<StoreKind, Arbitrary<Limit>>> = {
    "sliding-window": fc.tuple(number, windowMs).map(([limit, ms]) => slidingWindow(limit, ms)),
    strict: fc.tuple(number, windowMs).map(([limit, ms]) => slidingWindow(limit, ms, { strict: true })),
    quota: fc
      .tuple(number, fc.constantFrom(...calendarUnits), fc.constantFrom(...zones))
      .map(([limit, unit, timeZone]) => quota(limit, unit, { timeZone })),
    "token-bucket": fc
      .tuple(number, perSecond)
      .map(([capacity, refillPerSecond]) => tokenBucket({ capacity, refillPerSecond })),
  };
  const limit = fc.oneof(...kinds.map((kind) => byKind[kind]));
  const pauseMs = isMovable
    ? fc.oneof(fc.nat(40), fc.nat(3_000), fc.nat(90_000_000), fc.constant(0))
    : fc.oneof(fc.nat(60), fc.constant(0));
  const environment = fc.nat(7);
  return {
    limit,
    limits: fc
      .uniqueArray(limit, { minLength: 1, maxLength: 4, selector: ({ id }) => id })
      // The default names of two zones are the same.
      .map((limits) => limits.map((each, index) => ({ ...each, name: `${index}: ${each.name}` }))),
    steps: fc.array(fc.record({ pauseMs, cost: fc.nat(5), environment }), {
      minLength: 1,
      maxLength: isMovable ? 50 : 15,
    }),
    greedySteps: fc.array(fc.record({ pauseMs: fc.nat(isMovable ? 400 : 20), cost: fc.constant(1), environment }), {
      minLength: 20,
      maxLength: isMovable ? 100 : 30,
    }),
  };
}
