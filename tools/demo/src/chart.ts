/** SVG charts over time, as text. Colours come from CSS classes, so that one drawing serves light and dark. */

/** A named span of time, drawn behind every chart. */
interface Band {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** The time that all charts of a page show, in epoch ms, the bands behind them, and the width of a chart in its own units. */
export interface TimeAxis {
  readonly width: number;
  readonly from: number;
  readonly to: number;
  readonly bands: readonly Band[];
}

/** A named series of a chart. */
export interface Series {
  readonly name: string;
  /** CSS class of its colour. */
  readonly tone: string;
}

export const left = 58;
export const top = 22;
const right = 12;
const bottom = 22;

/** Escapes text for XML and HTML. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A coordinate, as short text. */
export function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** The place of a time, in epoch ms. */
export function xOf({ width, from, to }: TimeAxis, at: number): number {
  return left + ((at - from) / (to - from)) * (width - left - right);
}

/** A time as seconds since the start of the axis. */
export function seconds({ from }: Pick<TimeAxis, "from">, at: number): string {
  return `${((at - from) / 1_000).toFixed(1)} s`;
}

/** A chart of this height with its bands and its time axis. Screen readers read `label` in its place. */
export function frame(axis: TimeAxis, label: string, plotHeight: number, content: string): string {
  const { width } = axis;
  const height = top + plotHeight + bottom;
  const bands = axis.bands.map(({ name, from, to }, index) => {
    const x = xOf(axis, from);
    const room = xOf(axis, to) - x;
    const shade =
      index % 2 === 0 ? `<rect class="band" x="${n(x)}" y="${top}" width="${n(room)}" height="${plotHeight}"/>` : "";
    return `${shade}<text class="band-name" x="${n(x + room / 2)}" y="${top - 8}">${escapeXml(name)}</text>`;
  });
  const ticks: string[] = [];
  const every = width < 600 ? 4_000 : 2_000;
  for (let at = 0; at <= axis.to - axis.from; at += every) {
    ticks.push(
      `<text class="tick" x="${n(xOf(axis, axis.from + at))}" y="${height - 6}" text-anchor="middle">${at / 1_000} s</text>`,
    );
  }
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(label)}">${bands.join("")}${ticks.join("")}${content}</svg>`;
}

function rule({ width }: TimeAxis, y: number, label: string): string {
  return `<line class="grid" x1="${left}" x2="${width - right}" y1="${n(y)}" y2="${n(y)}"/><text class="tick" x="${left - 6}" y="${n(y + 4)}" text-anchor="end">${label}</text>`;
}

/** A round number that fits into `most` about four times. */
function step(most: number): number {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  return Math.max(1, ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power);
}

/** Stacked bars of `bucketMs` each. `counts[i]` has the counts of the i-th bucket, by series. */
export function stackedBars(
  axis: TimeAxis,
  label: string,
  series: readonly Series[],
  counts: readonly (readonly number[])[],
  bucketMs: number,
): string {
  const plotHeight = 170;
  const most = Math.max(1, ...counts.map((bucket) => bucket.reduce((sum, count) => sum + count, 0)));
  const every = step(most);
  const ceiling = Math.ceil(most / every) * every;
  const yOf = (count: number): number => top + plotHeight * (1 - count / ceiling);
  const rules: string[] = [];
  for (let tick = 0; tick <= ceiling; tick += every) rules.push(rule(axis, yOf(tick), String(tick)));
  const bars = counts.map((bucket, index) => {
    const at = axis.from + index * bucketMs;
    const x = xOf(axis, at);
    const barWidth = Math.max(1, xOf(axis, Math.min(axis.to, at + bucketMs)) - x - 1);
    let below = 0;
    const parts = bucket.map((count, which) => {
      if (count === 0) return "";
      const y = yOf(below + count);
      const height = yOf(below) - y;
      below += count;
      return `<rect class="${series[which]?.tone}" x="${n(x)}" y="${n(y)}" width="${n(barWidth)}" height="${n(height)}"/>`;
    });
    const figures = bucket.flatMap((count, which) => (count === 0 ? [] : `${series[which]?.name}: ${count}`));
    return figures.length === 0
      ? ""
      : `<g>${parts.join("")}<title>${escapeXml([seconds(axis, at), ...figures].join("\n"))}</title></g>`;
  });
  return frame(axis, label, plotHeight, rules.join("") + bars.join(""));
}

/** A value at a time, in epoch ms. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** Lines on a logarithmic scale of milliseconds. */
export function logLines(
  axis: TimeAxis,
  label: string,
  lines: readonly (Series & { readonly points: readonly Point[] })[],
): string {
  const plotHeight = 170;
  const most = Math.max(10, ...lines.flatMap(({ points }) => points.map(({ value }) => value)));
  const decades = Math.ceil(Math.log10(most));
  const yOf = (value: number): number => top + plotHeight * (1 - Math.log10(Math.max(1, value)) / decades);
  const rules = Array.from({ length: decades + 1 }, (_, decade) =>
    rule(axis, yOf(10 ** decade), decade < 3 ? `${10 ** decade} ms` : `${10 ** (decade - 3)} s`),
  );
  const drawn = lines.map(({ name, tone, points }) => {
    const path = points.map(({ at, value }) => `${n(xOf(axis, at))},${n(yOf(value))}`).join(" ");
    const dots = points.map(
      ({ at, value }) =>
        `<circle class="${tone}" cx="${n(xOf(axis, at))}" cy="${n(yOf(value))}" r="2.5"><title>${escapeXml(`${seconds(axis, at)}\n${name}: ${n(value)} ms`)}</title></circle>`,
    );
    return `<polyline class="line ${tone}" points="${path}"/>${dots.join("")}`;
  });
  return frame(axis, label, plotHeight, rules.join("") + drawn.join(""));
}
