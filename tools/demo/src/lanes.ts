import { escapeXml, frame, left, n, type Series, seconds, type TimeAxis, top, xOf } from "./chart.ts";

/** A state that lasts from one time to another. */
export interface Span extends Series {
  readonly from: number;
  readonly to: number;
  /** Drawn last, and wide enough to be seen, however short it is. */
  readonly brief?: boolean;
  /** Drawn inside, if there is room. */
  readonly text?: string;
}

/** Something that happened at one time. */
export interface Mark extends Pick<Series, "name"> {
  readonly at: number;
  readonly shape: "ring" | "diamond";
}

/** A row of spans, with marks on them. */
export interface Lane {
  readonly name: string;
  readonly spans: readonly Span[];
  readonly marks?: readonly Mark[];
}

const rowHeight = 22;
const barHeight = 14;
/** About the width of a character. */
const characterWidth = 6.2;

function drawSpan(axis: TimeAxis, lane: string, y: number, span: Span): string {
  const { from, name, tone, text = "", brief = false } = span;
  const to = Math.min(span.to, axis.to);
  const x = xOf(axis, from);
  const room = Math.max(brief ? 5 : 1.5, xOf(axis, to) - x);
  const title = escapeXml(`${lane}: ${name}\n${seconds(axis, from)} to ${seconds(axis, to)}`);
  const box = `<rect class="${tone}" x="${n(x)}" y="${y}" width="${n(room)}" height="${barHeight}" rx="2"/>`;
  const fits = text !== "" && text.length * characterWidth + 6 <= room;
  const inside = fits ? `<text class="inside" x="${n(x + room / 2)}" y="${y + 11}">${escapeXml(text)}</text>` : "";
  return `<g${brief ? ' class="brief"' : ""}>${box}${inside}<title>${title}</title></g>`;
}

/** The outline of a mark around the origin, 8 units wide. */
const shapes: Readonly<Record<Mark["shape"], string>> = {
  ring: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
  diamond: "M0 -4.5L4.5 0L0 4.5L-4.5 0z",
};

/** A mark alone, for a legend. */
export function markSymbol(shape: Mark["shape"]): string {
  return `<svg class="symbol" viewBox="-6 -6 12 12" aria-hidden="true"><path class="mark ${shape}" d="${shapes[shape]}"/></svg>`;
}

function drawMark(axis: TimeAxis, lane: string, y: number, { at, name, shape }: Mark): string {
  const place = `translate(${n(xOf(axis, at))} ${y + barHeight / 2})`;
  const title = escapeXml(`${lane}: ${name}\n${seconds(axis, at)}`);
  return `<path class="mark ${shape}" d="${shapes[shape]}" transform="${place}"><title>${title}</title></path>`;
}

/** One row for each lane, with its spans of time. Brief spans and marks are drawn over the others. */
export function lanes(axis: TimeAxis, label: string, rows: readonly Lane[]): string {
  const drawn = rows.map(({ name, spans, marks = [] }, index) => {
    const y = top + index * rowHeight + (rowHeight - barHeight) / 2;
    const ordered = [...spans].sort((a, b) => Number(a.brief ?? false) - Number(b.brief ?? false));
    const bars = ordered.map((span) => drawSpan(axis, name, y, span)).join("");
    const over = marks.map((mark) => drawMark(axis, name, y, mark)).join("");
    return `<text class="tick" x="${left - 6}" y="${y + 11}" text-anchor="end">${escapeXml(name)}</text>${bars}${over}`;
  });
  return frame(axis, label, Math.max(1, rows.length) * rowHeight, drawn.join(""));
}
