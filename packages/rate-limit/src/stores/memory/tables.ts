import { createWarnOnce } from "@midguard/kernel/internal";
import { type Column, Table } from "./table.ts";

const firstBuckets = 64;
/** How much larger the next table is than one that is full. */
const growth = 1.35;

/** Callers may have limits of their own; with more sets of windows than this, the one unused for longest is dropped. */
function mostTables(maxBytes: number): number {
  return Math.max(16, Math.floor(maxBytes / 16_384));
}

/** The tables of one store, one per set of windows. */
export interface Tables {
  readonly all: Iterable<Table>;
  /** The table of a set of windows, created if there is none. */
  open(layout: string, columns: readonly Column[], now: number): Table;
  /** Makes a table larger, if there is room. Returns whether it did. */
  grow(table: Table, now: number): boolean;
}

/** Tables that together take at most `maxBytes`, plus the old copy of one that is changing its size. */
export function createTables(maxBytes: number): Tables {
  const tables = new Map<string, Table>();
  const maxTables = mostTables(maxBytes);
  const warnOnce = createWarnOnce("rate-limit");

  function bytesOfOthers(table: Table | undefined): number {
    let sum = 0;
    for (const other of tables.values()) if (other !== table) sum += other.bytes;
    return sum;
  }

  /** Cuts tables that have more than their share down to it. */
  function shrinkToShare(count: number, now: number): void {
    for (const table of tables.values()) {
      const buckets = table.bucketsIn(maxBytes / count);
      table.full = false;
      if (table.buckets > buckets) table.resize(buckets, now);
    }
  }

  /** Drops the table unused for longest, with everything counted there, and warns about it once. */
  function drop(): void {
    warnOnce(
      "tables",
      `more than ${maxTables} different sets of windows and names are counted in memory`,
      "counts are lost, so use fewer, or a larger maxBytes",
    );
    const usedAt = Math.min(...Array.from(tables.values(), (table) => table.usedAt));
    let found = false;
    for (const [layout, table] of tables) {
      table.full = false;
      // Several may have been used in the same ms; one is enough.
      if (found || table.usedAt !== usedAt) continue;
      found = true;
      table.drop();
      tables.delete(layout);
    }
  }

  return {
    all: { [Symbol.iterator]: () => tables.values() },
    open(layout, columns, now) {
      const known = tables.get(layout);
      if (known !== undefined) return known;
      if (tables.size === maxTables) drop();
      let table = new Table(columns, 1);
      const buckets = Math.min(firstBuckets, table.bucketsIn(maxBytes / maxTables));
      table = new Table(columns, buckets);
      if (bytesOfOthers(undefined) + table.bytes > maxBytes) shrinkToShare(tables.size + 1, now);
      tables.set(layout, table);
      return table;
    },
    grow(table, now) {
      if (table.full) return false;
      const wanted = Math.ceil(table.buckets * growth);
      // Only for a whole step: else tables would cut each other for a few bytes again and again, with a full copy each.
      const isShort = table.bytes * growth <= maxBytes / tables.size;
      if (isShort && wanted > table.bucketsIn(maxBytes - bytesOfOthers(table))) shrinkToShare(tables.size, now);
      const buckets = Math.min(wanted, table.bucketsIn(maxBytes - bytesOfOthers(table)));
      table.full = buckets <= table.buckets;
      if (!table.full) table.resize(buckets, now);
      return !table.full;
    },
  };
}
