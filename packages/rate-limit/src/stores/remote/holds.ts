import type { StoreRequest } from "../../store/store.ts";
import { type Hold, isDroppable, newHold } from "./hold.ts";
import { createRecentKeys } from "./recent-keys.ts";
import { sameLimits } from "./same-limits.ts";

/** What this environment holds, by key. */
export interface Holds {
  /** The hold of a request's key, if it is for the same limits. */
  find(request: Pick<StoreRequest, "key" | "limits">): Hold | undefined;
  /**
   * The same, made if there is none; `undefined` if the request has to do without: the place of its key is taken by other
   * limits, every place is by a busy key, or the clock was set back to before the last call.
   */
  open(request: StoreRequest): Hold | undefined;
  /** Marks a key as the most recent. */
  renew(request: StoreRequest, hold: Hold): void;
  /** Drops a key with all that is held of it. */
  forget(key: string): void;
}

/** Holds of at most `maxKeys` keys. A busy one is never dropped: what it holds would be lost to the other environments. */
export function createHolds(maxKeys: number): Holds {
  const holds = createRecentKeys<Hold>(maxKeys);

  function find({ key, limits }: Pick<StoreRequest, "key" | "limits">): Hold | undefined {
    const hold = holds.get(key);
    return hold !== undefined && sameLimits(hold.limits, limits) ? hold : undefined;
  }

  return {
    find,
    open(request) {
      const { key, now, limits } = request;
      const known = find(request);
      if (known !== undefined) return now < known.fetchedAt ? undefined : known;
      if (!holds.fits(key)) return undefined;
      const inTheWay = holds.get(key) ?? holds.displaced();
      if (inTheWay !== undefined && !isDroppable(inTheWay, now)) return undefined;
      const hold = newHold(limits, inTheWay?.lease);
      holds.set(key, hold);
      return hold;
    },
    renew: ({ key }, hold) => holds.set(key, hold),
    forget(key) {
      holds.delete(key);
    },
  };
}
