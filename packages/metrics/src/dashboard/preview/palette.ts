import type { Line } from "./lines.ts";

/** Colours of lines without one of their own. */
const palette = [
  "#2a7ab9",
  "#e07b00",
  "#2e8540",
  "#8c5fc4",
  "#c2457a",
  "#008a8f",
  "#8f7400",
  "#5f6f81",
  "#b5502a",
  "#4f5bd5",
];

/** Gives each line of a graph a colour of its own, and the same to the same label in every graph where it is free. */
export type Paint = (lines: readonly Line[]) => readonly string[];

/** Makes the painter of one page. */
export function createPaint(): Paint {
  const known = new Map<string, string>();
  return function paint(lines) {
    const used = new Set(lines.map(({ color }) => color));
    const take = (color: string): string => {
      used.add(color);
      return color;
    };
    // Known labels come first, so that no new one takes their colour.
    const usual = lines.map(({ label, color }) => {
      const before = color ?? known.get(label);
      return before === undefined || (color === undefined && used.has(before)) ? undefined : take(before);
    });
    return lines.map(({ label }, index) => {
      // After the last colour they come again.
      const chosen =
        usual[index] ?? take(palette.find((one) => !used.has(one)) ?? (palette[index % palette.length] as string));
      if (!known.has(label)) known.set(label, chosen);
      return chosen;
    });
  };
}
