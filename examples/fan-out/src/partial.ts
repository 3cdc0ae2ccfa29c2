/** Services fail one after the other: the page comes all the same, and says what is missing. */
import { type Deployment, deploy } from "./local/deploy.ts";
import type { Mode } from "./local/parts-server.ts";

async function show(deployment: Deployment, change: string, part = "", mode: Mode = "ok"): Promise<void> {
  deployment.services.set(part, mode);
  deployment.services.takeRequests();
  for (let request = 1; request <= 8; request += 1) {
    const { status, missing, ms } = await deployment.get("7");
    const calls = Object.values(deployment.services.takeRequests()).reduce((sum, count) => sum + count, 0);
    if (request !== 1 && request !== 8) continue;
    const cells = [`${Math.round(ms)} ms`.padStart(8), String(calls).padStart(6), ` ${status} `, missing.join(", ")];
    console.log(`${(request === 1 ? change : "  the eighth request").padEnd(26)}${cells.join(" ")}`);
  }
}

await using deployment = await deploy();
await deployment.get("7");
console.log("                              time  calls  status missing");
await show(deployment, "all services work");
await show(deployment, "reviews are down", "reviews", "down");
await show(deployment, "shipping is slow, too", "shipping", "slow");
await show(deployment, "stock is down, too", "stock", "down");
