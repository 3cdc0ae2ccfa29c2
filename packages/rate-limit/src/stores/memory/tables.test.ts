import { expect, it, vi } from "vitest";
import { slidingWindow } from "../../limits/sliding-window.ts";
import { cellOf } from "./cells/cell-of.ts";
import type { Table } from "./table.ts";
import { createTables } from "./tables.ts";

it("a table that is dropped frees its memory at once: the garbage collector may run much later", () => {
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

it("a table that grows gets its share from one that had nearly everything, and no more", () => {
  const maxBytes = 1_048_576;
  const tables = createTables(maxBytes);
  const [first, second] = ["first", "second"].map((layout) => {
    const cell = cellOf(slidingWindow(5, "1m"));
    return tables.open(layout, [{ name: "a", limit: 5, cell, offset: 1 }], 0);
  }) as [Table, Table];
  while (first.bytes < maxBytes * 0.6) tables.grow(first, 0);
  while (tables.grow(second, 0)) expect(first.bytes + second.bytes).toBeLessThanOrEqual(maxBytes);
  expect(first.bytes).toBeGreaterThan(maxBytes * 0.49);
  expect(second.bytes).toBeGreaterThan(maxBytes * 0.49);
  expect(second.bytes).toBeLessThanOrEqual(maxBytes / 2);
});
