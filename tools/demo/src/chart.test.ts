import { describe, expect, test } from "vitest";
import { logLines, stackedBars } from "./chart.ts";
import { lanes } from "./lanes.ts";

const axis = { width: 960, from: 0, to: 10_000, bands: [{ name: "a & b", from: 0, to: 5_000 }] };
const series = [
  { name: "good", tone: "good" },
  { name: "bad", tone: "bad" },
];

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The rectangles of one colour, in the order they are drawn. */
function boxes(svg: string, tone: string): Box[] {
  const rect = new RegExp(`<rect class="${tone}" x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)"`, "g");
  return [...svg.matchAll(rect)].map(([, ...numbers]) => {
    const [x = 0, y = 0, width = 0, height = 0] = numbers.map(Number);
    return { x, y, width, height };
  });
}

describe("bars", () => {
  const svg = stackedBars(
    axis,
    "Bars",
    series,
    [
      [1, 3],
      [2, 0],
      [0, 0],
    ],
    250,
  );
  const good = boxes(svg, "good");
  const bad = boxes(svg, "bad");

  test("are stacked, with heights in proportion to their counts", () => {
    expect(good).toHaveLength(2);
    expect(bad).toHaveLength(1);
    expect(bad[0]?.x).toBe(good[0]?.x);
    expect((bad[0]?.y ?? 0) + (bad[0]?.height ?? 0)).toBeCloseTo(good[0]?.y ?? Number.NaN, 0);
    expect((bad[0]?.height ?? 0) / (good[0]?.height ?? 1)).toBeCloseTo(3, 1);
    expect((good[1]?.height ?? 0) / (good[0]?.height ?? 1)).toBeCloseTo(2, 1);
  });

  test("show their figures in a tooltip, and are drawn at their time", () => {
    expect(svg).toContain("<title>0.0 s\ngood: 1\nbad: 3</title>");
    expect(svg).toContain("<title>0.3 s\ngood: 2</title>");
    expect(good[1]?.x).toBeGreaterThan((good[0]?.x ?? 0) + (good[0]?.width ?? 0));
  });

  test("have bands behind them, with escaped names", () => {
    expect(svg).toContain("a &#38; b");
  });
});

test("lines have a logarithmic scale, with values under a millisecond at the bottom", () => {
  const points = [0.2, 1, 10, 100].map((value, index) => ({ at: index * 1_000, value }));
  const svg = logLines(axis, "Lines", [{ name: "p50", tone: "good", points }]);
  const ys = [...svg.matchAll(/cy="([^"]+)"/g)].map(([, y]) => Number(y));
  expect(ys[0]).toBe(ys[1]);
  expect((ys[1] ?? 0) - (ys[2] ?? 0)).toBeCloseTo((ys[2] ?? 0) - (ys[3] ?? 0), 0);
});

test("the last span of a lane is cut off at the end of the chart", () => {
  const spans = [
    { name: "open", tone: "good", from: 2_000, to: 4_000 },
    { name: "closed", tone: "bad", from: 4_000, to: 99_000 },
  ];
  const svg = lanes(axis, "Lanes", [{ name: "env 1", spans }]);
  const [open] = boxes(svg, "good");
  const [closed] = boxes(svg, "bad");
  expect((open?.x ?? 0) + (open?.width ?? 0)).toBeCloseTo(closed?.x ?? Number.NaN, 0);
  expect((closed?.x ?? 0) + (closed?.width ?? 0)).toBeLessThanOrEqual(960);
});

describe("a brief state in a lane", () => {
  const spans = [
    { name: "half-open", tone: "client", from: 3_000, to: 3_010, brief: true },
    { name: "open", tone: "server", from: 3_010, to: 9_000, text: "open" },
  ];
  const svg = lanes(axis, "Lanes", [{ name: "env 1", spans, marks: [{ name: "retry", at: 5_000, shape: "diamond" }] }]);

  test("is wide enough to be seen, and drawn over the others", () => {
    expect(boxes(svg, "client")[0]?.width).toBe(5);
    expect(svg.indexOf('class="client"')).toBeGreaterThan(svg.indexOf('class="server"'));
    expect(svg).toContain("env 1: half-open\n3.0 s to 3.0 s");
  });

  test("has marks over it, each with its time", () => {
    expect(svg).toContain("<title>env 1: retry\n5.0 s</title>");
  });

  test("shows its text only where there is room", () => {
    expect(svg).toContain(">open</text>");
    expect(lanes({ ...axis, width: 100 }, "Lanes", [{ name: "env 1", spans }])).not.toContain(">open</text>");
  });
});
