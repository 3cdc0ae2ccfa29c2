import { type Command, Option } from "commander";
import { parseNumber } from "../number.ts";
import type { Report, ShowReport } from "../report.ts";
import { parseMinutes } from "./arguments.ts";
import { makePlan, type PlanArguments } from "./make-plan.ts";
import { planReport } from "./reports.ts";

interface PlanOptions extends PlanArguments {
  readonly json?: boolean;
}

async function report(options: PlanOptions, cwd: string): Promise<Report> {
  return planReport(makePlan(options, cwd));
}

/** Adds `plan`. */
export function addPlanCommand(program: Command, show: ShowReport, cwd: string): void {
  program
    .command("plan")
    .description("compare what pings and provisioned concurrency cost a month; exit code 1 if pings cost more")
    .requiredOption("--region <region>", "region of the function")
    .requiredOption("--memory <MB>", "memory of the function", parseNumber)
    .requiredOption("--concurrency <count>", "environments to keep warm", parseNumber)
    .addOption(new Option("--architecture <name>", "of the function").choices(["x86_64", "arm64"]).default("x86_64"))
    .option("--every <interval>", "time between two pings of an environment: 90s, 5m or 1h (default: 5m)", parseMinutes)
    .option("--ping-ms <ms>", "billed duration of a ping, with its hold (default: 300)", parseNumber)
    .option("--requests <count>", "requests a month besides pings (default: none)", parseNumber)
    .option("--average-ms <ms>", "mean billed duration of a request", parseNumber)
    .option("--prices <file>", "JSON file of prices, instead of those in the table")
    .option("--json", "print JSON")
    .action((options: PlanOptions) => show(report(options, cwd), options));
}
