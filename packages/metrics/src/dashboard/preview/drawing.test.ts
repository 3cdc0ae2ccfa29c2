import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chartOf } from "./chart.ts";
import { escaped, number, tick, time } from "./format.ts";
import type { Line } from "./lines.ts";
import { createPaint } from "./palette.ts";
import { scaleOf } from "./scale.ts";
import { timeTicks } from "./time-ticks.ts";

/** All that CloudWatch takes as a value. */
const finite = fc.oneof(
  fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
  fc.double({ noNaN: true, min: -(2 ** 360), max: 2 ** 360 }),
);

describe("an axis of values", () => {
  test("has all values in it, and a few evenly spaced ticks", () => {
    const hasAll = fc.property(fc.array(finite, { minLength: 1, maxLength: 20 }), (values) => {
      const { min, max, ticks } = scaleOf(values, {});
      const span = max - min;
      for (const value of values) expect(value).toBeGreaterThanOrEqual(min - span * 1e-9);
      for (const value of values) expect(value).toBeLessThanOrEqual(max + span * 1e-9);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(7);
      for (const value of ticks) expect(value).toBeGreaterThanOrEqual(min - span * 1e-9);
      for (const value of ticks) expect(value).toBeLessThanOrEqual(max + span * 1e-9);
    });
    fc.assert(hasAll, { numRuns: 1_000, examples: [[[0, 5e-324]], [[1e9, 1e9 + 1e-7]], [[2 ** 53, 2 ** 53 + 2]]] });
  });

  test.each([
    [[12, 470], { min: 0 }, { min: 0, max: 600, ticks: [0, 200, 400, 600] }],
    [[0, 3], { min: 0 }, { min: 0, max: 3, ticks: [0, 1, 2, 3] }],
    [[0], { min: 0 }, { min: 0, max: 1, ticks: [0, 0.5, 1] }],
    [[97.5, 100], { max: 100 }, { min: 97, max: 100, ticks: [97, 98, 99, 100] }],
    [[100], { max: 100 }, { min: 99, max: 100, ticks: [99, 99.5, 100] }],
  ])("of %j with the bounds %j", (values, bounds, scale) => {
    expect(scaleOf(values, bounds)).toEqual(scale);
  });
});

describe("an axis of time", () => {
  const start = Date.UTC(2026, 10, 28, 9, 7);
  const at = (epochMs: number) => new Date(epochMs).toISOString().slice(11, 19);

  test.each([
    [60_000, 60, 5, ["09:15:00", "09:30:00", "09:45:00", "10:00:00"]],
    [1_000, 41, 5, ["09:07:00", "09:07:10", "09:07:20", "09:07:30", "09:07:40"]],
    [300_000, 288, 5, ["12:00:00", "18:00:00", "00:00:00", "06:00:00"]],
    [60_000, 1, 5, ["09:07:00"]],
  ])("has round times: periods of %d ms, %d of them", (periodMs, length, most, wanted) => {
    expect(timeTicks({ start, periodMs, length }, most).map(at)).toEqual(wanted);
  });

  test("never has more than it may, not even in years", () => {
    const lengths = fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.constantFrom(1_000, 60_000, 86_400_000),
      (length, periodMs) => {
        expect(timeTicks({ start, periodMs, length }, 5).length).toBeLessThanOrEqual(
          Math.max(5, (length * periodMs) / (364 * 86_400_000) + 1),
        );
      },
    );
    fc.assert(lengths);
  });
});

describe("words and numbers", () => {
  test("text cannot be read as HTML", () => {
    expect(escaped(`<b title="a" id='b'>&`)).toBe("&lt;b title=&quot;a&quot; id=&#39;b&#39;&gt;&amp;");
  });

  test.each([
    [1_234.5, "1,235"],
    [999.4, "999"],
    [12.345, "12.3"],
    [0.012345, "0.0123"],
    [0, "0"],
  ])("%d is shown as %s", (value, shown) => {
    expect(number(value)).toBe(shown);
  });

  test.each([
    [1_500, "1.5k"],
    [500, "500"],
    [0.25, "0.25"],
    [-2_000, "-2k"],
  ])("the tick %d is %s", (value, shown) => {
    expect(tick(value)).toBe(shown);
  });

  test.each([
    [60_000, "09:07:05"],
    [3_600_000, "09:07"],
    [200_000_000, "11-28"],
  ])("a time in a span of %d ms is %s", (spanMs, shown) => {
    expect(time(Date.UTC(2026, 10, 28, 9, 7, 5), spanMs)).toBe(shown);
  });
});

describe("the painter", () => {
  const line = (label: string, color?: string): Line => ({ label, color, points: [] });

  test("gives a label the same colour in every graph, and no colour twice in one", () => {
    const paint = createPaint();
    const [a] = paint([line("a"), line("b")]);
    const [c, again, fixed] = paint([line("c"), line("a"), line("fault", "#d13212")]);
    expect([again, fixed]).toEqual([a, "#d13212"]);
    expect(new Set([c, again, fixed]).size).toBe(3);
  });

  test("takes another colour where the usual one is in use", () => {
    const paint = createPaint();
    const [usual = ""] = paint([line("a")]);
    const [taken, other] = paint([line("b", usual), line("a")]);
    expect(taken).toBe(usual);
    expect(other).not.toBe(usual);
    expect(paint([line("a")])).toEqual([usual]);
  });

  test("a new label leaves the colour of a known one to it", () => {
    const paint = createPaint();
    const [usual] = paint([line("a")]);
    const [fresh, again] = paint([line("b"), line("a")]);
    expect(again).toBe(usual);
    expect(fresh).not.toBe(usual);
  });

  test("colours come again after the last of them", () => {
    const many = Array.from({ length: 12 }, (_, index) => line(String(index)));
    expect(new Set(createPaint()(many)).size).toBe(10);
  });
});

describe("a graph", () => {
  const timeline = { start: Date.UTC(2026, 10, 28, 9), periodMs: 60_000, length: 4 };
  const chart = (points: readonly (number | undefined)[], other = {}) =>
    chartOf({
      lines: [{ label: "a <b>", color: "#123456", points }],
      axis: { label: "ms", showUnits: false, min: 0 },
      annotations: [{ label: "objective", value: 8, color: "#d13212" }],
      timeline,
      width: 300,
      height: 200,
      ...other,
    });

  test("draws a line through periods that follow one another, and a dot for one that stands alone", () => {
    const svg = chart([1, 2, undefined, 4]);
    const [, path = ""] = /<path d="([^"]+)"/.exec(svg) ?? [];
    expect(path.replaceAll(/[\d. ]/g, "")).toBe("MLM");
    expect(svg.match(/<circle/g)).toHaveLength(1);
  });

  test("has every point between its axes", () => {
    const all = fc.array(fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }), {
      minLength: 4,
      maxLength: 4,
    });
    const isInside = fc.property(
      all.filter((points) => points.some((point) => point !== undefined)),
      (points) => {
        const [, path = ""] = /<path d="([^"]+)"/.exec(chart(points)) ?? [];
        for (const [, x, y] of path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)) {
          expect(Number(x)).toBeGreaterThanOrEqual(44);
          expect(Number(x)).toBeLessThanOrEqual(286);
          expect(Number(y)).toBeGreaterThanOrEqual(22);
          expect(Number(y)).toBeLessThanOrEqual(178);
        }
      },
    );
    fc.assert(isInside);
  });

  test("shows the values of a period to the pointer, as text", () => {
    const svg = chart([1, undefined, 3.25, 4]);
    expect(svg).toContain("<title>09:00:00 UTC\na &lt;b&gt;: 1</title>");
    expect(svg).not.toContain("09:01:00 UTC");
    expect(svg).toContain("<title>09:02:00 UTC\na &lt;b&gt;: 3.25</title>");
  });

  test("has the objective in its scale, and its label on it", () => {
    const svg = chart([1, 1, 1, 1]);
    expect(svg).toContain(">8</text>");
    expect(svg).toMatch(/class="objective"[^>]*><title>objective<\/title>/);
  });

  test("one period stands in the middle", () => {
    const svg = chart([5], { timeline: { ...timeline, length: 1 } });
    expect(svg).toContain('<circle cx="165.0"');
  });
});
