import type { Limit } from "../../limits/limit.ts";
import type { Decision } from "../../store/decision.ts";
import type { StoreRequest } from "../../store/store.ts";
import { isCounted, type Lease, usableUnits } from "./lease.ts";

/** A key that was not taken ahead for in this time is not busy: it starts again with single requests. */
const busyMs = 10_000;

/** A request that the store rejected when nothing was taken ahead. */
export interface Refusal {
  readonly request: StoreRequest;
  readonly decision: Decision;
}

/** What this environment holds of one key. */
export interface Hold {
  readonly limits: readonly Limit[];
  /** The last lease; it may be used up or over. */
  lease: Lease | undefined;
  /** The lease of another key that had to go for this one, and is given back by the next call. */
  displaced: Lease | undefined;
  /** The call that is under way, which requests for the key share. Resolves to the rejected request, if it was. */
  fetching: Promise<Refusal | undefined> | undefined;
  /** Requests that wait for that call, besides the one that makes it. */
  waiting: number;
  /** When the last call was made, by the clock of its request. */
  fetchedAt: number;
  /** Units used since. */
  used: number;
  /** What that call left in the store. */
  left: number;
}

export function newHold(limits: readonly Limit[], displaced: Lease | undefined): Hold {
  return {
    limits,
    lease: undefined,
    displaced,
    fetching: undefined,
    waiting: 0,
    fetchedAt: -Infinity,
    used: 0,
    left: 0,
  };
}

/** How many units a hold has that may still be used. */
export function heldUnits(hold: Hold | undefined, now: number): number {
  const lease = hold?.lease;
  return lease === undefined ? 0 : Math.min(lease.units - lease.lapsed, usableUnits(lease, now));
}

/** Keeps the units of a refund, if their lease goes on and the hold does not grow beyond `spare`. Returns whether it did. */
export function keepUnits(
  hold: Hold | undefined,
  lease: Lease,
  { request, now, spare }: { readonly request: StoreRequest; readonly now: number; readonly spare: number },
): boolean {
  const units = lease.units + request.cost;
  if (hold?.lease !== lease || units > Math.min(spare, usableUnits(lease, now))) return false;
  lease.units = units;
  return true;
}

/** Whether nothing is lost if the hold is dropped, or its key is not busy any more. */
export function isDroppable({ fetching, lease, fetchedAt }: Hold, now: number): boolean {
  if (fetching !== undefined) return false;
  if (lease === undefined || lease.units === 0 || !isCounted(lease, now)) return true;
  return now - fetchedAt > busyMs;
}

/**
 * How many requests like this one the next call should take for. It starts with one and doubles each time that all was
 * used, so a key that is not busy here holds nothing. Requests that wait are taken for as well.
 */
export function takesAhead(hold: Hold, { cost, now }: StoreRequest, spare: number): number {
  const { lease, used, left, fetchedAt, waiting } = hold;
  const isBusy = now - fetchedAt <= busyMs;
  const wanted = lease?.units ? used : 2 * used;
  const ahead = isBusy ? Math.floor(Math.min(wanted, spare + cost) / cost) : 1;
  // Near the limit a call for more than is left would be wasted.
  return Math.max(1, Math.min(Math.max(ahead, 1 + waiting), Math.floor(left / cost)));
}
