import type { Limit } from "../../../limits/limit.ts";
import { bucketCell } from "./bucket-cell.ts";
import type { Cell } from "./cell.ts";
import { quotaCell } from "./quota-cell.ts";
import { SlidingCell } from "./sliding-cell.ts";
import { strictCell } from "./strict-cell.ts";

/** The cell of a limit. */
export function cellOf(limit: Limit): Cell {
  if (limit.kind === "quota") return quotaCell(limit);
  if (limit.kind === "token-bucket") return bucketCell(limit);
  return limit.strict ? strictCell(limit) : new SlidingCell(limit);
}
