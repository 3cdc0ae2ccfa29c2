import type { Limit } from "../../limits/limit.ts";
import { cellOf } from "./cells/cell-of.ts";
import { type Column, type Table, widthOf } from "./table.ts";
import type { Tables } from "./tables.ts";

/** How a list of limits is counted. */
export interface Plan {
  readonly limits: readonly Limit[];
  readonly columns: readonly Column[];
  /** The windows, not the numbers: lists of the same layout share a table. */
  readonly layout: string;
  /** The words of a key that has no slot. Never charged. */
  readonly blank: Int32Array;
  /** The largest cost that all limits can hold. */
  readonly most: number;
  table: Table;
}

/** The plan of a list of limits, with a table that is in use. */
export type PlanOf = (limits: readonly Limit[], now: number) => Plan;

/** Plans for the tables of one store, each made once. */
export function createPlans(tables: Tables): PlanOf {
  const plans = new WeakMap<readonly Limit[], Plan>();
  let last: Plan | undefined;

  function makePlan(limits: readonly Limit[], now: number): Plan {
    // The first word of a slot is half of the key's fingerprint.
    let offset = 1;
    const columns = limits.map((limit): Column => {
      const column = { name: limit.name, limit: limit.limit, cell: cellOf(limit), offset };
      offset += column.cell.words;
      return column;
    });
    const layout = limits.map(({ id }) => id).join("\n");
    const blank = new Int32Array(widthOf(columns));
    const most = Math.min(...limits.map(({ limit }) => limit));
    const plan = { limits, columns, layout, blank, most, table: tables.open(layout, columns, now) };
    plans.set(limits, plan);
    return plan;
  }

  return function planOf(limits, now) {
    let plan = last;
    if (plan?.limits !== limits) plan = last = plans.get(limits) ?? makePlan(limits, now);
    if (plan.table.dropped) plan.table = tables.open(plan.layout, plan.columns, now);
    plan.table.columns = plan.columns;
    plan.table.usedAt = now;
    return plan;
  };
}
