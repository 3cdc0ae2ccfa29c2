import { contestants } from "./contestants/index.ts";
import type { Job } from "./pool.ts";
import { scenarios } from "./scenarios.ts";
import { simulate } from "./simulate.ts";

/** A process that simulates one job after the other, as they are sent. */

process.on("message", async ({ scenario, contestant, seed }: Job) => {
  const [of, by] = [
    scenarios.find(({ name }) => name === scenario),
    contestants.find(({ name }) => name === contestant),
  ];
  if (of === undefined || by === undefined) throw new Error(`there is no ${scenario} or no ${contestant}`);
  process.send?.(await simulate(by, of, seed));
});
