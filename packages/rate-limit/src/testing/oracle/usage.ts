import type { Limit } from "../../limits/limit.ts";
import type { Quota } from "../../limits/quota.ts";
import type { SlidingWindow } from "../../limits/sliding-window.ts";
import type { TokenBucket } from "../../limits/token-bucket.ts";
import { calendarLabels } from "./labels.ts";

/** A take that was admitted: all that an oracle knows. */
export interface AdmittedTake {
  /** Epoch ms. */
  readonly at: number;
  readonly cost: number;
}

/** How much of a limit is used at an instant that is no earlier than the last take. */
export type Usage = (now: number) => number;

type Takes = readonly AdmittedTake[];

/** The sum of the costs of the takes that count. */
function sumOf(takes: Takes, counts: (at: number) => boolean): number {
  return takes.reduce((sum, { at, cost }) => (counts(at) ? sum + cost : sum), 0);
}

function usageOfSliding({ windowMs }: SlidingWindow, takes: Takes): Usage {
  const indexOf = (at: number): number => Math.floor(at / windowMs);
  return (now) => {
    const previous = sumOf(takes, (at) => indexOf(at) === indexOf(now) - 1);
    const current = sumOf(takes, (at) => indexOf(at) === indexOf(now));
    const leftMs = (indexOf(now) + 1) * windowMs - now;
    return current + Number((BigInt(previous) * BigInt(leftMs)) / BigInt(windowMs));
  };
}

function usageOfStrict({ windowMs }: SlidingWindow, takes: Takes): Usage {
  const partOf = (at: number): bigint => (BigInt(at) * 12n) / BigInt(windowMs);
  return (now) => sumOf(takes, (at) => partOf(at) >= partOf(now) - 12n);
}

function usageOfQuota({ unit, timeZone }: Quota, takes: Takes): Usage {
  const labelOf = calendarLabels(unit, timeZone);
  const labelled = takes.map(({ at, cost }) => ({ label: labelOf(at), cost }));
  return (now) => {
    const own = labelOf(now);
    return labelled.reduce((sum, { label, cost }) => (label === own ? sum + cost : sum), 0);
  };
}

/** Tokens that are missing: the bucket is refilled and emptied take by take, in microseconds. */
function usageOfBucket({ limit, tokenUs }: TokenBucket, takes: Takes): Usage {
  const fullUs = BigInt(limit) * BigInt(tokenUs);
  return (now) => {
    let levelUs = fullUs;
    let last = takes[0]?.at ?? now;
    for (const { at, cost } of [...takes, { at: now, cost: 0 }]) {
      levelUs += BigInt(at - last) * 1_000n;
      if (levelUs > fullUs) levelUs = fullUs;
      levelUs -= BigInt(cost) * BigInt(tokenUs);
      last = at;
    }
    return Number((fullUs - levelUs + BigInt(tokenUs) - 1n) / BigInt(tokenUs));
  };
}

/** The usage of a limit, by its definition applied to all takes. */
export function usageOf(limit: Limit, takes: Takes): Usage {
  if (limit.kind === "quota") return usageOfQuota(limit, takes);
  if (limit.kind === "token-bucket") return usageOfBucket(limit, takes);
  return limit.strict ? usageOfStrict(limit, takes) : usageOfSliding(limit, takes);
}
