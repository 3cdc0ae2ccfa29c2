export type { BreakEven } from "./break-even.ts";
export type { PlanOptions, ResolvedPlan } from "./options.ts";
export { type MonthlyCost, type PingCost, type ProvisionedCost, planWarming, type WarmingPlan } from "./plan.ts";
export type { PriceSource } from "./price-table.ts";
export {
  type Architecture,
  type LambdaPrices,
  type ProvisionedPrices,
  pricedRegions,
  pricesOf,
  type TablePrices,
} from "./prices.ts";
