import {
  type BucketCounts,
  bucketFullAtUs,
  bucketRefundUs,
  bucketUsed,
  bucketWaitMs,
  type TokenBucket,
} from "../../../limits/token-bucket.ts";
import { type Item, numberIn } from "../item.ts";
import { labelsOf } from "../label.ts";
import type { Counter } from "./counter.ts";

/** A token bucket: one attribute, the time when it is full again, in epoch microseconds. */
export function bucketCounter({ id, name, limit, tokenUs }: TokenBucket): Counter {
  const label = labelsOf(id).bucket;
  const countsOf = (item: Item): BucketCounts => ({ tokenUs, fullAtUs: numberIn(item, label) });
  return {
    name,
    limit,
    count(item, now) {
      const counts = countsOf(item);
      return { used: bucketUsed(counts, now), waitMs: (target) => bucketWaitMs(counts, now, target) };
    },
    lastsUntil: (now) => now + Math.ceil((limit * tokenUs) / 1_000),
    charge(expression, { cost, now, seen, isBusy }) {
      const bucket = expression.name(label);
      const nowUs = expression.number(now * 1_000);
      // An update has no maximum of two times, so it differs for a full bucket, and the condition says for which it is.
      const isFilling = seen === undefined ? isBusy(name) : numberIn(seen.item, label) > now * 1_000;
      if (!isFilling) {
        expression.refuseIf(`${bucket} > ${nowUs}`);
        expression.set(label, bucketFullAtUs({ tokenUs, fullAtUs: 0 }, now, cost));
        return;
      }
      expression.refuseIf(`attribute_not_exists(${bucket})`);
      expression.refuseIf(`${bucket} < ${nowUs}`);
      expression.refuseIf(`${bucket} > ${expression.number(now * 1_000 + (limit - cost) * tokenUs)}`);
      expression.add(label, cost * tokenUs);
    },
    refund(expression, { cost, takenAt, now, resetAfterMs }) {
      const refundUs = bucketRefundUs({ tokenUs, cost, elapsedMs: now - takenAt, resetAfterMs });
      if (refundUs === 0) return;
      expression.refuseIf(`attribute_not_exists(${expression.name(label)})`);
      expression.add(label, -refundUs);
    },
  };
}
