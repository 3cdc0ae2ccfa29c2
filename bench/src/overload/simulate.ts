import { subscribe } from "@midguard/kernel";
import { seededRandom } from "@midguard/kernel/testing";
import type { Contestant, Counts, FleetSettings } from "./contestants/contestant.ts";
import { type Figures, figuresOf, type Tally } from "./figures.ts";
import { Fleet } from "./fleet.ts";
import { phases, type Scenario } from "./scenario.ts";
import { SimulatedServer } from "./server.ts";
import { startSimulatedTime } from "./time.ts";

function count(counts: number[], second: number): void {
  counts[second] = (counts[second] ?? 0) + 1;
}

/** Requests come at random, independently of each other: a Poisson process. */
function nextArrival(requestsPerS: number, random: () => number): number {
  return (-Math.log(1 - random()) / requestsPerS) * 1_000;
}

/** Runs a fleet of the contestant's environments through a scenario. The same seed gives the same figures. */
export async function simulate(contestant: Contestant, scenario: Scenario, seed: number): Promise<Figures> {
  // Retry budgets start low on Lambda.
  process.env.AWS_LAMBDA_FUNCTION_NAME ??= "simulated";
  const time = startSimulatedTime();
  const random = seededRandom(seed);
  const server = new SimulatedServer(scenario, random);
  const counts: Counts = { opens: 0, fleetOpens: 0, storeReads: 0, storeWrites: 0 };
  const unsubscribe = subscribe((event) => {
    if (event.type === "circuit.opened" && event.reason === "tripped") counts.opens += 1;
  });
  const { timeoutMs, maxRetries = 3, isStoreLost = false, requestsPerS, trouble } = scenario;
  const isStoreAlive = (): boolean => !(isStoreLost && server.isTroubled());
  const settings: FleetSettings = { timeoutMs, maxRetries, random, isStoreAlive, counts };
  const tally: Tally = { asked: [], answered: [] };

  async function arrive(fleet: Fleet): Promise<void> {
    const second = Math.floor(Date.now() / 1_000);
    count(tally.asked, second);
    const isAnswered = await fleet.serve((isFirst) => (signal) => server.call(isFirst, signal));
    if (isAnswered) count(tally.answered, second);
  }

  try {
    const fleet = new Fleet(contestant.startFleet(settings), scenario.fleet);
    const endMs = (phases.warmUpS + trouble.seconds + phases.afterS) * 1_000;
    let nextAt = nextArrival(requestsPerS, random);
    while (Date.now() < endMs) {
      for (; nextAt <= Date.now(); nextAt += nextArrival(requestsPerS, random)) void arrive(fleet);
      // Workers may have come back.
      server.work();
      await time.pass();
    }
    return figuresOf(tally, server.attempts, counts, trouble.seconds);
  } finally {
    unsubscribe();
    time.end();
  }
}
