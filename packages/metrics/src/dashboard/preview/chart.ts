import type { HorizontalAnnotation, YAxis } from "../body.ts";
import { escaped, number, tick, time } from "./format.ts";
import { type Scale, scaleOf } from "./scale.ts";
import type { Points, Timeline } from "./store.ts";
import { timeTicks } from "./time-ticks.ts";

/** A line with its colour. */
export interface DrawnLine {
  readonly label: string;
  readonly color: string;
  readonly points: Points;
}

/** A graph over time. */
export interface Chart {
  readonly lines: readonly DrawnLine[];
  readonly axis: YAxis;
  readonly annotations: readonly HorizontalAnnotation[];
  readonly timeline: Timeline;
  readonly width: number;
  readonly height: number;
}

const margin = { top: 22, right: 14, bottom: 22, left: 44 } as const;

/** From values to places in the picture. */
interface Plot extends Chart {
  readonly scale: Scale;
  readonly x: (epochMs: number) => number;
  readonly y: (value: number) => number;
}

const round = (value: number): string => value.toFixed(1);

function plotOf(chart: Chart): Plot {
  const { lines, axis, annotations, timeline, width, height } = chart;
  const values = lines.flatMap(({ points }) => points.filter((point) => point !== undefined));
  const scale = scaleOf([...values, ...annotations.map(({ value }) => value)], axis);
  const spanMs = (timeline.length - 1) * timeline.periodMs;
  const innerWidth = width - margin.left - margin.right;
  const innerHeight = height - margin.top - margin.bottom;
  // One period stands in the middle.
  const share = (epochMs: number): number => (spanMs === 0 ? 0.5 : (epochMs - timeline.start) / spanMs);
  return {
    ...chart,
    scale,
    x: (epochMs) => margin.left + share(epochMs) * innerWidth,
    y: (value) => margin.top + (1 - (value - scale.min) / (scale.max - scale.min)) * innerHeight,
  };
}

function gridOf({ scale, axis, width, y }: Plot): string {
  const lines = scale.ticks.map((value) => {
    const at = round(y(value));
    const line = `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${at}" y2="${at}"/>`;
    return `${line}<text class="tick" x="${margin.left - 6}" y="${at}" dy="0.32em" text-anchor="end">${tick(value)}</text>`;
  });
  return `${lines.join("")}<text class="tick" x="0" y="10">${escaped(axis.label)}</text>`;
}

function timesOf({ timeline, width, height, x }: Plot): string {
  const spanMs = (timeline.length - 1) * timeline.periodMs;
  // A label is about 32 wide, one with seconds 48.
  const most = Math.max(2, Math.floor((width - margin.left - margin.right) / 56));
  const bottom = height - margin.bottom;
  return timeTicks(timeline, most)
    .map((epochMs) => {
      const at = round(x(epochMs));
      const mark = `<line class="mark" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 4}"/>`;
      return `${mark}<text class="tick" x="${at}" y="${height - 5}" text-anchor="middle">${time(epochMs, spanMs)}</text>`;
    })
    .join("");
}

/** A line through periods that follow one another, and a dot for each that stands alone. */
function pathOf({ timeline, x, y }: Plot, { label, color, points }: DrawnLine): string {
  const at = (index: number): number => timeline.start + index * timeline.periodMs;
  let path = "";
  const dots: string[] = [];
  for (const [index, point] of points.entries()) {
    if (point === undefined) continue;
    const place = `${round(x(at(index)))} ${round(y(point))}`;
    path += `${points[index - 1] === undefined ? "M" : "L"}${place}`;
    if (points[index - 1] === undefined && points[index + 1] === undefined) dots.push(place);
  }
  const circles = dots.map((place) => {
    const [cx, cy] = place.split(" ");
    return `<circle cx="${cx}" cy="${cy}" r="2.6" fill="${color}"/>`;
  });
  return `<g class="line"><title>${escaped(label)}</title><path d="${path}" stroke="${color}"/>${circles.join("")}</g>`;
}

/** What the pointer reads of each period: its time, and the value of each line. */
function hoversOf({ lines, timeline, height, x }: Plot): string {
  const spanMs = timeline.length * timeline.periodMs;
  const half = timeline.length === 1 ? 20 : (x(timeline.start + timeline.periodMs) - x(timeline.start)) / 2;
  return Array.from({ length: timeline.length }, (_, index) => {
    const epochMs = timeline.start + index * timeline.periodMs;
    const values = lines.flatMap(({ label, points }) => {
      const point = points[index];
      return point === undefined ? [] : `${escaped(label)}: ${number(point)}`;
    });
    if (values.length === 0) return "";
    const title = [`${time(epochMs, Math.min(spanMs, 299_999))} UTC`, ...values].join("\n");
    const left = round(x(epochMs) - half);
    const size = `x="${left}" y="${margin.top}" width="${round(half * 2)}" height="${height - margin.top - margin.bottom}"`;
    return `<rect class="hover" ${size}><title>${title}</title></rect>`;
  }).join("");
}

/** Dashed lines. Their words stand in the legend, where no line of data runs through them. */
function annotationsOf({ annotations, width, y }: Plot): string {
  return annotations
    .map(({ label, value, color }) => {
      const at = round(y(value));
      const ends = `x1="${margin.left}" x2="${width - margin.right}" y1="${at}" y2="${at}"`;
      return `<line class="objective" ${ends} stroke="${color}"><title>${escaped(label)}</title></line>`;
    })
    .join("");
}

/** Draws a graph as SVG. */
export function chartOf(chart: Chart): string {
  const { width, height, lines } = chart;
  const plot = plotOf(chart);
  const paths = lines.map((line) => pathOf(plot, line)).join("");
  const parts = [gridOf(plot), timesOf(plot), paths, annotationsOf(plot), hoversOf(plot)];
  return `<svg viewBox="0 0 ${width} ${height}" role="img">${parts.join("")}</svg>`;
}
