import { expect, it, vi } from "vitest";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { cellOf } from "./cell.ts";
import { createTables } from "./tables.ts";

it("a table that is given up gives its memory back at once: the garbage collector may come much later", () => {
  vi.spyOn(process, "emitWarning").mockReturnValue();
  const tables = createTables(65_536);
  const opened = Array.from({ length: 17 }, (_, index) => {
    const cell = cellOf(slidingWindow(5, 60_000 + index));
    const table = tables.open(`layout ${index}`, [{ name: "a", limit: 5, cell, offset: 1 }], index);
    table.usedAt = index;
    return table;
  });
  expect(opened.map((table) => table.bytes > 0)).toEqual([false, ...Array(16).fill(true)]);
  vi.restoreAllMocks();
});
