import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LambdaPrices, type PlanOptions, planWarming, pricedRegions, pricesOf } from "./index.ts";

const cent = 0.01;

const options: fc.Arbitrary<PlanOptions> = fc.record({
  region: fc.constantFrom(...pricedRegions),
  architecture: fc.constantFrom("arm64", "x86_64"),
  memoryMb: fc.integer({ min: 128, max: 5_120 }),
  concurrency: fc.integer({ min: 1, max: 500 }),
  everyMinutes: fc.integer({ min: 1, max: 60 }),
  pingMs: fc.integer({ min: 1, max: 30_000 }),
  requestsPerMonth: fc.integer({ min: 0, max: 1_000_000_000 }),
  averageMs: fc.integer({ min: 1, max: 450_000 }),
});

/** Options in whose region the price of provisioned concurrency is known. */
const comparable = options.filter(({ region, architecture = "x86_64" }) => {
  return pricesOf(region, architecture)?.provisioned !== undefined;
});

/** A plan with both prices: the compiler does not know that they are there. */
function compare(given: PlanOptions) {
  const { pings, provisioned, breakEven } = planWarming(given);
  if (provisioned === undefined || breakEven === undefined) throw new Error("no price of provisioned concurrency");
  return { pings, provisioned, breakEven };
}

describe("planWarming", () => {
  test("compares 45 cents of pings with 108 USD of provisioned concurrency", () => {
    const plan = compare({ region: "us-east-1", memoryMb: 1_024, concurrency: 10 });
    expect(plan.pings).toEqual({
      pingsPerMonth: 86_400,
      warmUsd: expect.closeTo(0.4493, 4),
      requestsUsd: 0,
      durationUsd: 0,
      totalUsd: plan.pings.warmUsd,
    });
    expect(plan.provisioned).toMatchObject({ warmUsd: expect.closeTo(108.0009, 4), utilisation: 0 });
    expect(plan.breakEven).toEqual({
      pingsCheaperTimes: expect.closeTo(240.4, 1),
      utilisation: expect.closeTo(0.6, 5),
    });
  });

  test("counts a small function", () => {
    const plan = compare({ region: "us-east-1", memoryMb: 128, concurrency: 1, pingMs: 75 });
    expect([plan.pings.warmUsd, plan.provisioned.warmUsd]).toEqual([
      expect.closeTo(0.0031, 4),
      expect.closeTo(1.35, 4),
    ]);
  });

  test("adds requests: on demand beside pings, cheaper on provisioned concurrency", () => {
    const plan = compare({
      region: "us-east-1",
      memoryMb: 2_048,
      concurrency: 2,
      requestsPerMonth: 10_000_000,
      averageMs: 250,
    });
    expect(plan.pings).toMatchObject({ requestsUsd: 2, durationUsd: expect.closeTo(83.3335, 4) });
    expect(plan.provisioned).toMatchObject({ requestsUsd: 2, durationUsd: expect.closeTo(48.611, 4) });
    expect(plan.provisioned.utilisation).toBeCloseTo(2_500_000 / 5_184_000, 10);
  });

  test("runs what provisioned concurrency cannot take on demand", () => {
    const given = { region: "us-east-1", memoryMb: 1_024, concurrency: 1, averageMs: 1_000 };
    const full = compare({ ...given, requestsPerMonth: 2_592_000 }).provisioned;
    const over = compare({ ...given, requestsPerMonth: 3_592_000 }).provisioned;
    expect([full.utilisation, over.utilisation]).toEqual([1, 1]);
    expect(over.durationUsd - full.durationUsd).toBeCloseTo(16.6667, 4);
  });

  test("leaves provisioned concurrency out if its price is unknown", () => {
    const plan = planWarming({ region: "eu-south-2", architecture: "arm64", memoryMb: 512, concurrency: 5 });
    expect(plan).not.toHaveProperty("provisioned");
    expect(plan).not.toHaveProperty("breakEven");
    expect(plan.pings.totalUsd).toBeCloseTo(0.095, 3);
  });

  test("takes prices by hand, for any region", () => {
    const prices = pricesOf("eu-west-1", "x86_64");
    const given = { memoryMb: 512, concurrency: 5, requestsPerMonth: 1e6, averageMs: 100 };
    const plan = planWarming({ ...given, region: "eu-west-1" });
    expect(planWarming({ ...given, region: "eu-nowhere-1", prices })).toEqual({
      ...plan,
      region: "eu-nowhere-1",
      prices,
    });
  });

  test.each<[object, string]>([
    [{ region: undefined }, "region must be a non-empty string, got undefined"],
    [{ region: "eu-nowhere-1" }, 'us-west-2, unless prices are given, got "eu-nowhere-1"'],
    [{ architecture: "arm" }, 'architecture must be one of "arm64", "x86_64", got "arm"'],
    [{ memoryMb: 127 }, "memoryMb must be a whole number between 128 and 10240, got 127"],
    [{ concurrency: 0 }, "concurrency must be a whole number of at least 1, got 0"],
    [{ everyMinutes: 0.5 }, "everyMinutes must be a number between 1 and 43200, got 0.5"],
    [{ pingMs: 0 }, "pingMs must be a number between 1 and 900000, got 0"],
    [{ requestsPerMonth: 5 }, "averageMs must be given if there are requests"],
    [{ holdMs: 5 }, "unknown option holdMs (5)"],
    [{ prices: { ...pricesOf("eu-west-1", "arm64"), source: {} } }, "prices: source.date must be a non-empty string"],
    [{ prices: { usdPerMillionRequests: 0.2 } }, "prices: usdPerGbSecond must be a number, got undefined"],
    [
      { prices: { usdPerMillionRequests: 0.2, usdPerGbSecond: 1e-5, provisioned: { usdPerGbSecond: -1 } } },
      "prices: provisioned: usdPerGbSecond must be a number between 0 and 1000, got -1",
    ],
  ])("refuses %j", (bad, message) => {
    const given = { region: "us-east-1", memoryMb: 512, concurrency: 1, ...bad } as PlanOptions;
    expect(() => planWarming(given)).toThrow(/^planWarming: /);
    expect(() => planWarming(given)).toThrow(message);
  });
});

describe("the costs of a plan", () => {
  test("are finite, and add up", () => {
    fc.assert(
      fc.property(options, (given) => {
        const { pings, provisioned } = planWarming(given);
        for (const cost of [pings, provisioned ?? pings]) {
          expect(cost.totalUsd).toBe(cost.warmUsd + cost.requestsUsd + cost.durationUsd);
          expect(Number.isFinite(cost.totalUsd) && cost.warmUsd > 0).toBe(true);
        }
      }),
    );
  });

  test.each<[keyof PlanOptions, number]>([
    ["memoryMb", 2],
    ["concurrency", 2],
    ["requestsPerMonth", 2],
    ["averageMs", 2],
    ["pingMs", 2],
    ["everyMinutes", 1 / 2],
  ])("never fall as %s rises, or its interval shrinks", (option, factor) => {
    fc.assert(
      fc.property(comparable, (given) => {
        const value = given[option] as number;
        const more = Math.max(value * factor, 1);
        const [before, after] = [compare(given), compare({ ...given, [option]: more })];
        expect(after.pings.totalUsd).toBeGreaterThanOrEqual(before.pings.totalUsd);
        // More capacity takes requests over from on demand, where their duration costs more.
        expect(after.provisioned.warmUsd).toBeGreaterThanOrEqual(before.provisioned.warmUsd);
        if (option !== "concurrency") {
          expect(after.provisioned.totalUsd).toBeGreaterThanOrEqual(before.provisioned.totalUsd);
        }
      }),
    );
  });

  test("are proportional to the concurrency", () => {
    fc.assert(
      fc.property(comparable, fc.integer({ min: 2, max: 50 }), (given, times) => {
        const [one, many] = [compare(given), compare({ ...given, concurrency: given.concurrency * times })];
        expect(many.pings.warmUsd / one.pings.warmUsd).toBeCloseTo(times, 6);
        expect(many.provisioned.warmUsd / one.provisioned.warmUsd).toBeCloseTo(times, 6);
      }),
    );
  });
});

describe("the break-even of a plan", () => {
  test("costs the same either way at its requests, and less on provisioned concurrency above", () => {
    fc.assert(
      fc.property(comparable, (given) => {
        const { requestsPerMonth } = compare(given).breakEven;
        fc.pre(requestsPerMonth !== undefined && requestsPerMonth > 0);
        const costAt = (share: number) => compare({ ...given, requestsPerMonth: (requestsPerMonth ?? 0) * share });
        const at = costAt(1);
        expect(Math.abs(at.provisioned.totalUsd - at.pings.totalUsd)).toBeLessThan(cent);
        const [below, above] = [costAt(0.9), costAt(1.1)];
        expect(below.provisioned.totalUsd).toBeGreaterThan(below.pings.totalUsd);
        if (at.provisioned.utilisation < 0.9) {
          expect(above.provisioned.totalUsd).toBeLessThan(above.pings.totalUsd);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("costs the same either way at its utilisation, without pings", () => {
    fc.assert(
      fc.property(comparable, (given) => {
        const { utilisation } = compare(given).breakEven;
        fc.pre(utilisation !== undefined);
        const { concurrency, averageMs = 1 } = given;
        const requestsPerMonth = ((utilisation ?? 0) * concurrency * 2_592_000 * 1_000) / averageMs;
        const { pings, provisioned } = compare({ ...given, requestsPerMonth });
        expect(provisioned.utilisation).toBeCloseTo(utilisation ?? 0, 9);
        expect(Math.abs(provisioned.totalUsd - (pings.totalUsd - pings.warmUsd))).toBeLessThan(cent);
      }),
      { numRuns: 300 },
    );
  });

  test("is absent if provisioned concurrency never costs less", () => {
    fc.assert(
      fc.property(comparable, fc.double({ min: 0, max: 1, noNaN: true }), (given, share) => {
        const { breakEven } = compare(given);
        fc.pre(breakEven.requestsPerMonth === undefined);
        const { concurrency, averageMs = 1 } = given;
        const { pings, provisioned } = compare({
          ...given,
          requestsPerMonth: (share * concurrency * 2_592_000 * 1_000) / averageMs,
        });
        expect(provisioned.totalUsd).toBeGreaterThan(pings.totalUsd);
      }),
    );
  });

  test("is at 60 % in us-east-1, at 80 % in eu-west-1, and nowhere in eu-central-1", () => {
    const at = (region: string) => compare({ region, memoryMb: 512, concurrency: 1 }).breakEven.utilisation;
    expect([at("us-east-1"), at("eu-west-1"), at("eu-central-1")]).toEqual([
      expect.closeTo(0.6, 3),
      expect.closeTo(0.797, 3),
      undefined,
    ]);
  });

  test("is at no requests if pings cost more than provisioned concurrency", () => {
    const given = {
      region: "us-east-1",
      memoryMb: 512,
      concurrency: 1,
      everyMinutes: 1,
      pingMs: 30_000,
      averageMs: 50,
    };
    const { breakEven } = compare(given);
    expect(breakEven.requestsPerMonth).toBe(0);
    expect(breakEven.pingsCheaperTimes).toBeLessThan(1);
  });

  test.each([0, -0.000001])("is absent if duration saves %s USD a GB-second", (saved) => {
    const usdPerGbSecond = 0.00001;
    const provisioned = { usdPerGbSecond: 0.000004, durationUsdPerGbSecond: usdPerGbSecond - saved };
    const prices: LambdaPrices = { usdPerMillionRequests: 0.2, usdPerGbSecond, provisioned };
    const { breakEven } = compare({ region: "mine", memoryMb: 512, concurrency: 1, averageMs: 50, prices });
    expect(breakEven).toEqual({ pingsCheaperTimes: expect.any(Number) });
  });
});
