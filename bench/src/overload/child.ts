import { contestants } from "./contestants/index.ts";
import { scenarios } from "./scenarios.ts";
import { simulate } from "./simulate.ts";

/** The process of one simulation: its scenario, contestant and seed are the arguments. Sends the figures. */

const [, , scenarioName, contestantName, seed] = process.argv;
const scenario = scenarios.find(({ name }) => name === scenarioName);
const contestant = contestants.find(({ name }) => name === contestantName);
if (scenario === undefined || contestant === undefined) throw new Error(`no ${scenarioName} or no ${contestantName}`);
const figures = await simulate(contestant, scenario, Number(seed));
process.send?.(figures, () => process.exit());
