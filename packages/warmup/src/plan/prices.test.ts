import { describe, expect, test } from "vitest";
import { type Architecture, pricedRegions, pricesOf } from "./index.ts";

const architectures: readonly Architecture[] = ["arm64", "x86_64"];
const every = pricedRegions.flatMap((region) => architectures.map((architecture) => [region, architecture] as const));

describe("the price table", () => {
  test("has 30 regions in alphabetical order", () => {
    expect(pricedRegions).toHaveLength(30);
    expect(pricedRegions).toEqual(pricedRegions.toSorted());
  });

  test("has the price of provisioned concurrency in 25 regions on x86_64, and in 17 on arm64", () => {
    const known = every.filter(([region, architecture]) => pricesOf(region, architecture)?.provisioned !== undefined);
    const count = (wanted: Architecture) => known.filter(([, architecture]) => architecture === wanted).length;
    expect([count("x86_64"), count("arm64")]).toEqual([25, 17]);
  });

  test.each(every)("has plausible prices of %s on %s, with their source", (region, architecture) => {
    const prices = pricesOf(region, architecture);
    expect(prices?.usdPerMillionRequests).toBeGreaterThanOrEqual(0.18);
    expect(prices?.usdPerMillionRequests).toBeLessThanOrEqual(0.28);
    // The most expensive region costs 53 % more than the cheapest.
    const [min, max] = architecture === "arm64" ? [0.000012, 0.0000183] : [0.000015, 0.00002292];
    expect(prices?.usdPerGbSecond).toBeGreaterThanOrEqual(min);
    expect(prices?.usdPerGbSecond).toBeLessThanOrEqual(max);
    expect(prices?.source).toEqual({
      date: expect.stringMatching(/^2026-\d\d-\d\d$/),
      url: expect.stringMatching(/^https:/),
    });
  });

  test.each(pricedRegions)("has arm64 of %s for four fifths of the price of x86_64", (region) => {
    const [arm, x86] = architectures.map((architecture) => pricesOf(region, architecture));
    const fourFifths = (cheap = 0, expensive = 0) => expect(cheap / expensive).toBeCloseTo(0.8, 2);
    fourFifths(arm?.usdPerGbSecond, x86?.usdPerGbSecond);
    if (arm?.provisioned === undefined) return;
    fourFifths(arm.provisioned.usdPerGbSecond, x86?.provisioned?.usdPerGbSecond);
    fourFifths(arm.provisioned.durationUsdPerGbSecond, x86?.provisioned?.durationUsdPerGbSecond);
  });

  test("has duration on provisioned concurrency for 7/3 of the price of its capacity", () => {
    const provisioned = every.map((row) => pricesOf(...row)?.provisioned).filter((prices) => prices !== undefined);
    for (const { usdPerGbSecond, durationUsdPerGbSecond } of provisioned) {
      expect(durationUsdPerGbSecond / usdPerGbSecond).toBeCloseTo(7 / 3, 2);
    }
  });

  test("has the digits that AWS publishes", () => {
    expect(pricesOf("us-east-1", "x86_64")).toEqual({
      usdPerMillionRequests: 0.2,
      usdPerGbSecond: 0.0000166667,
      provisioned: { usdPerGbSecond: 0.0000041667, durationUsdPerGbSecond: 0.0000097222 },
      source: expect.objectContaining({ date: "2026-10-01" }),
    });
    expect(pricesOf("eu-central-1", "arm64")).toMatchObject({
      usdPerGbSecond: 0.0000133334,
      provisioned: { usdPerGbSecond: 0.0000040118, durationUsdPerGbSecond: 0.0000093609 },
    });
    expect(pricesOf("ap-east-1", "arm64")).toMatchObject({ usdPerMillionRequests: 0.28, usdPerGbSecond: 0.0000183 });
  });

  test.each(["eu-nowhere-1", "", "constructor", "__proto__"])("knows no region %j", (region) => {
    expect(pricesOf(region, "x86_64")).toBeUndefined();
  });
});
