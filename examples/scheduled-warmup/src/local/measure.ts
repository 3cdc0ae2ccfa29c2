import { setTimeout as sleep } from "node:timers/promises";
import { type Deployment, type FunctionName, recorded } from "./deploy.ts";

/** How an environment was before its first request. */
export const states = ["cold", "after a dummy ping", "after a realistic ping"] as const;
export type State = (typeof states)[number];

/** A client comes some time after the ping; the process is frozen meanwhile. */
const idleMs = 300;

/** Brings one copy of a function into a state, and returns how long its first request takes, in ms. */
export async function firstRequestMs(
  deployment: Deployment,
  name: FunctionName,
  copy: string,
  state: State,
): Promise<number> {
  if (state !== "cold") {
    const payload = state === "after a realistic ping" ? [recorded[name]] : undefined;
    const { targets } = await deployment.warm([{ functionName: `${name}-${copy}`, payload }]);
    const [target] = targets;
    if (target?.distinct !== 1 || target.failures.length > 0) throw new Error(JSON.stringify(target));
    await sleep(idleMs);
  }
  const { result, ms } = await deployment.request(name, copy);
  if (result.statusCode !== 200) throw new Error(JSON.stringify(result));
  return ms;
}

/** The median of several figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}
