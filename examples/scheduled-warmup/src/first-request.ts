/** How long the first request of an environment takes: cold, after a dummy ping, and after a realistic one. */
import { deploy, type FunctionName, recorded } from "./local/deploy.ts";
import { firstRequestMs, median, states } from "./local/measure.ts";

const runs = 7;
const copies = Array.from({ length: runs }, (_, run) => states.map((_state, state) => `${run}-${state}`));

await using deployment = await deploy(copies.flat());
console.log(`first request, median of ${runs}`.padEnd(30) + states.map((state) => state.padStart(24)).join(""));
for (const name of Object.keys(recorded) as FunctionName[]) {
  const figures: number[][] = states.map(() => []);
  // In turns, so that a busy minute of the machine touches all of them.
  for (const run of copies) {
    for (const [state, copy] of run.entries()) {
      figures[state]?.push(await firstRequestMs(deployment, name, copy, states[state] ?? "cold"));
    }
  }
  console.log(name.padEnd(30) + figures.map((ms) => `${median(ms).toFixed(0)} ms`.padStart(24)).join(""));
}

const { targets } = await deployment.warm([
  { functionName: "products-0-0", concurrency: 5, payload: [recorded.products] },
  { functionName: "orders-0-0", concurrency: 3, payload: [recorded.orders] },
]);
console.log("\nthe warmer, asked for five and three environments:");
for (const { functionName, asked, distinct, cold, primed, pings, rounds } of targets) {
  console.log(JSON.stringify({ functionName, asked, distinct, cold, primed, pings, rounds }));
}
