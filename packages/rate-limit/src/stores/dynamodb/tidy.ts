import type { Expiry } from "./expiry.ts";
import { createExpression } from "./expression.ts";
import { type Item, overWindows, sizeOf } from "./item.ts";
import type { Plan } from "./plan.ts";
import type { Table } from "./table.ts";

/** An item with this many windows that are over is tidied: one more write for so many. */
const manyOver = 24;
/** A large item is tidied sooner: over 1 KB each write costs double, and the next take may add a window to each limit. */
const large = { bytes: 700, over: 8 };

/** A take that was counted, and the item that it left. */
export interface Written {
  readonly key: string;
  readonly plan: Plan;
  readonly now: number;
  readonly item: Item;
}

/** Windows to remove: none until there are enough of them to be worth a write. */
function windowsToRemove({ item, now }: Written): string[] {
  const over = overWindows(item, now);
  if (over.length >= manyOver) return over;
  return over.length >= large.over && sizeOf(item) > large.bytes ? over : [];
}

/** What tidying needs. */
export interface TidyOptions {
  readonly table: Table;
  readonly expiry: Expiry;
  readonly ttlAttribute: string;
}

/**
 * Makes a function that removes what past windows left in an item, and lets it expire later if other limits need that.
 * It never rejects: the take is decided, and the next one can tidy as well.
 */
export function createTidy({ table, expiry, ttlAttribute }: TidyOptions) {
  return async function tidy(written: Written, signal: AbortSignal): Promise<void> {
    const { key, plan, now, item } = written;
    const over = windowsToRemove(written);
    const expiresAt = expiry.correct(plan, item, now);
    if (over.length === 0 && expiresAt === undefined) return;
    const expression = createExpression();
    const ttl = expression.name(ttlAttribute);
    // A reset item must not come back.
    expression.refuseIf(`attribute_not_exists(${ttl})`);
    for (const window of over) expression.remove(window);
    if (expiresAt !== undefined) {
      expression.refuseIf(`${ttl} > ${expression.number(expiresAt)}`);
      expression.set(ttlAttribute, expiresAt);
    }
    await table.update(key, expression, signal).catch(() => {});
  };
}
