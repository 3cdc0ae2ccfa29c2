import type { DashboardBody } from "./body.ts";
import { layOut } from "./layout.ts";
import { type DashboardOptions, resolveDashboard } from "./options.ts";
import { sections } from "./sections.ts";

/**
 * Makes the body of a CloudWatch dashboard of one service: numbers, traffic, latency, faults and availability, routes,
 * environments, dependencies. All metrics are those of the catalogue, in the vocabulary of `names`.
 *
 * @throws TypeError or RangeError naming the option and its value.
 *
 * @example
 * const body = dashboard({ namespace: "Shop", service: "orders", region: "eu-central-1", sloLatencyMs: 500 });
 * await cloudWatch.send(new PutDashboardCommand({ DashboardName: "orders", DashboardBody: JSON.stringify(body) }));
 */
export function dashboard(options: DashboardOptions): DashboardBody {
  const board = resolveDashboard(options);
  return { start: "-PT3H", periodOverride: "auto", widgets: layOut(sections.map((section) => section(board))) };
}
