/** A region fails in three ways while four clients send requests: the other one answers, and the first takes over again. */
import { type Deployment, deploy, sendFor, type Timed } from "./local/deploy.ts";
import type { Mode } from "./local/stock-service.ts";

/** Slower than any answer of a region that works. */
const slowMs = 450;

function show(phase: string, answers: readonly Timed[]): void {
  const by = Map.groupBy(answers, ({ source }) => source);
  const sources = [...by].map(([source, own]) => `${source} ${own.length}`).join(", ");
  const answered = answers.filter(({ status }) => status === 200).length / answers.length;
  const slow = answers.filter(({ ms }) => ms >= slowMs).length;
  const share = `${(answered * 100).toFixed(1)} %`;
  console.log(`${phase.padEnd(26)}${share.padStart(8)}${String(slow).padStart(6)}   ${sources}`);
}

async function phase(deployment: Deployment, name: string, mode: Mode): Promise<void> {
  await deployment.first.set(mode);
  show(name, await sendFor(deployment, 3_000, 4));
}

await using deployment = await deploy();
await sendFor(deployment, 500, 4);
console.log(`four clients, 3 s each                answered  slow   answered by`);
await phase(deployment, "both regions work", "ok");
await phase(deployment, "the first has no capacity", "capacity");
await phase(deployment, "it works again", "ok");
await phase(deployment, "the first hangs", "hang");
await phase(deployment, "it works again", "ok");
await phase(deployment, "the first refuses", "refuse");
await phase(deployment, "it works again", "ok");
