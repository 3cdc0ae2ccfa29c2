import type { Series, TimeAxis } from "./chart.ts";
import type { Mark } from "./lanes.ts";

/** A key of a legend: a colour, or the shape of a mark. */
export type Key = Series | { readonly name: string; readonly shape: Mark["shape"] };

/** A chart with its title, explanation and legend, drawn for wide and for narrow screens. */
export interface Timeline {
  readonly title: string;
  readonly explanation: string;
  readonly legend: readonly Key[];
  readonly wide: string;
  readonly narrow: string;
}

/** The parts of a timeline; `figures` says in words what the chart shows, for people who do not see it. */
interface TimelineParts extends Omit<Timeline, "wide" | "narrow"> {
  readonly figures: string;
  draw(axis: TimeAxis, label: string): string;
}

/** The time of all charts, before it has a width. */
export type TimeSpan = Omit<TimeAxis, "width">;

/** Draws a timeline for both kinds of screen. */
export function timeline(time: TimeSpan, { figures, draw, ...texts }: TimelineParts): Timeline {
  const label = `${texts.title}. ${figures}`;
  return { ...texts, wide: draw({ ...time, width: 960 }, label), narrow: draw({ ...time, width: 440 }, label) };
}

/** `1 answer`, `2 answers`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
