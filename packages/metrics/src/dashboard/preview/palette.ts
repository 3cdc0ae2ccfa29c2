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

/** Gives each line of a graph a colour, the same to the same label in every graph if it is still free there. */
export type Paint = (lines: readonly Line[]) => readonly string[];

/** Makes the painter of one page. */
export function createPaint(): Paint {
  const known = new Map<string, string>();
  return function paint(lines) {
    const used = new Set(lines.map(({ color }) => color));
    return lines.map(({ label, color }) => {
      if (color !== undefined) return color;
      const usual = known.get(label);
      const free = palette.filter((one) => !used.has(one));
      const unknown = free.find((one) => ![...known.values()].includes(one));
      const chosen = (usual !== undefined && !used.has(usual) ? usual : (unknown ?? free[0])) ?? (palette[0] as string);
      used.add(chosen);
      if (usual === undefined) known.set(label, chosen);
      return chosen;
    });
  };
}
