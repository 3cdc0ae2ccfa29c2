import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differences, ratios, summarize } from "./statistics.ts";

describe("a summary", () => {
  it.each([
    [[7], 7],
    [[1, 2], 1.5],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
  ])("of %j has the median %d", (values, median) => {
    expect(summarize(values).median).toBe(median);
  });

  // As in the tables of the sign test.
  it.each([
    [1, 0],
    [2, 0],
    [6, 0],
    [8, 0],
    [9, 1],
    [12, 2],
    [15, 3],
    [20, 5],
    [25, 7],
  ])("of %d values leaves out %d at each end", (count, cut) => {
    const { low, high } = summarize(Array.from({ length: count }, (_, index) => index));
    expect([low, high]).toEqual([cut, count - 1 - cut]);
  });

  it("holds its median in its interval, whatever the order of the values", () => {
    const values = fc.array(fc.integer(), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, (given) => {
        const { median, low, high } = summarize(given);
        expect(low).toBeLessThanOrEqual(median);
        expect(median).toBeLessThanOrEqual(high);
        expect(summarize(given.toReversed())).toEqual({ median, low, high });
      }),
    );
  });

  it("misses the true median of a skewed distribution in hardly more than one of twenty cases", () => {
    let seed = 1;
    const random = (): number => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    let missed = 0;
    for (let run = 0; run < 2_000; run += 1) {
      const { low, high } = summarize(Array.from({ length: 21 }, () => -Math.log(random())));
      if (low > Math.LN2 || high < Math.LN2) missed += 1;
    }
    expect(missed / 2_000).toBeLessThan(0.055);
  });

  it("refuses to sum up nothing", () => {
    expect(() => summarize([])).toThrow(RangeError);
  });
});

describe("two contestants", () => {
  it("are set in relation round by round, so that a slow round falls out", () => {
    expect(ratios([30, 300], [10, 100])).toEqual([3, 3]);
    expect(differences([12, 102], [10, 100])).toEqual([2, 2]);
  });

  it("must have had the same rounds", () => {
    expect(() => ratios([1], [1, 2])).toThrow("1 rounds cannot be paired with 2");
  });
});
