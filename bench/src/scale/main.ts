import { compare } from "./compare.ts";
import { prices, pricesFrom } from "./prices.ts";
import { tableOf } from "./report.ts";
import { workloads } from "./workloads.ts";

for (const workload of workloads) {
  console.log(`${workload.name}\n\n${tableOf(await compare(workload))}\n`);
}
console.log(`Prices of ${pricesFrom}, us-east-1:`);
for (const { store, unit, source } of Object.values(prices)) console.log(`${store}: ${unit}; ${source}`);
