import { type Column, Table } from "./table.ts";

const firstBuckets = 64;
/** How much larger the next table is than one that is full. */
const growth = 1.35;

/** Callers may have limits of their own; past so many different sets of windows the one unused for longest is dropped. */
function mostTables(maxBytes: number): number {
  return Math.max(16, Math.floor(maxBytes / 16_384));
}

/** The tables of one store, one for each set of windows, together within a number of bytes. */
export interface Tables {
  readonly all: Iterable<Table>;
  /** The table of a set of windows, made if there is none. */
  open(layout: string, columns: readonly Column[], now: number): Table;
  /** Whether a full table could be made larger. */
  grow(table: Table, now: number): boolean;
}

/** Tables that together take at most `maxBytes`; while one changes its size, its old copy exists beside. */
export function createTables(maxBytes: number): Tables {
  const tables = new Map<string, Table>();
  const maxTables = mostTables(maxBytes);
  let warned = false;

  function bytesOfOthers(table: Table | undefined): number {
    let sum = 0;
    for (const other of tables.values()) if (other !== table) sum += other.bytes;
    return sum;
  }

  /** Cuts tables that have more than their share down to it. */
  function share(count: number, now: number): void {
    for (const table of tables.values()) {
      const buckets = table.bucketsIn(maxBytes / count);
      table.full = false;
      if (table.buckets > buckets) table.resize(buckets, now);
    }
  }

  /** Gives up the table unused for longest, and with it what was counted there: nobody should have to find that out. */
  function drop(): void {
    if (!warned) {
      process.emitWarning(
        `rate-limit: more than ${maxTables} different sets of windows and names are counted in memory, so that counts are lost: use fewer, or a larger maxBytes`,
        "MidguardWarning",
      );
    }
    warned = true;
    const usedAt = Math.min(...Array.from(tables.values(), (table) => table.usedAt));
    let found = false;
    for (const [layout, table] of tables) {
      table.full = false;
      // Many may have been used in the same ms; one is enough.
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
      if (bytesOfOthers(undefined) + table.bytes > maxBytes) share(tables.size + 1, now);
      tables.set(layout, table);
      return table;
    },
    grow(table, now) {
      if (table.full) return false;
      const wanted = Math.ceil(table.buckets * growth);
      // Only for a whole step: else tables would cut each other for a few bytes again and again, a full copy each time.
      const isShort = table.bytes * growth <= maxBytes / tables.size;
      if (isShort && wanted > table.bucketsIn(maxBytes - bytesOfOthers(table))) share(tables.size, now);
      const buckets = Math.min(wanted, table.bucketsIn(maxBytes - bytesOfOthers(table)));
      table.full = buckets <= table.buckets;
      if (!table.full) table.resize(buckets, now);
      return !table.full;
    },
  };
}
