import { calendarOf } from "../../../limits/calendar.ts";
import { type Quota, quotaWaitMs } from "../../../limits/quota.ts";
import { numberIn } from "../item.ts";
import { labelsOf, skewMs } from "../label.ts";
import { giveBack } from "./count.ts";
import type { Counter } from "./counter.ts";

/** A quota: one attribute for each period, which is needed until the period ends. */
export function quotaCounter({ id, name, limit, unit, timeZone }: Quota): Counter {
  const calendar = calendarOf(unit, timeZone);
  const labels = labelsOf(id);
  return {
    name,
    limit,
    count(item, now) {
      const { end } = calendar.periodAt(now);
      const used = numberIn(item, labels.window(end));
      return { used, waitMs: (target) => quotaWaitMs({ used, leftMs: end - now }, target) };
    },
    lastsUntil: (now) => calendar.periodAt(now).end,
    charge(expression, { cost, now }) {
      const { start, end } = calendar.periodAt(now);
      const label = labels.window(end);
      expression.refuseIf(`${expression.name(label)} > ${expression.number(limit - cost)}`);
      expression.add(label, cost);
      // The period before ended with the start of this one.
      if (start + skewMs <= now) expression.remove(labels.window(start));
    },
    refund(expression, { cost, takenAt, now }) {
      const { end } = calendar.periodAt(takenAt);
      if (now < end) giveBack(expression, labels.window(end), cost);
    },
  };
}
