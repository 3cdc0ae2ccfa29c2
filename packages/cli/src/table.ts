type Cell = string | number;

/** Columns under their heads, two spaces apart. Columns of numbers are aligned to the right. */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const columns = heads.map((head, column) => {
    const cells = rows.map((row) => row[column] as Cell);
    const width = Math.max(head.length, ...cells.map((cell) => String(cell).length));
    const isNumeric = cells.every((cell) => typeof cell === "number");
    return (cell: Cell) => (isNumeric ? String(cell).padStart(width) : String(cell).padEnd(width));
  });
  const lines = [heads, ...rows].map((cells: readonly Cell[]) =>
    columns.map((fit, column) => fit(cells[column] as Cell)),
  );
  return lines.map((line) => line.join("  ").trimEnd()).join("\n");
}
