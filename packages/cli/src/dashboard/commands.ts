import { type Command, Option } from "commander";
import { parseNumber } from "../number.ts";
import type { Report, ShowReport } from "../report.ts";
import { collect, collectDimension, type DashboardArguments, parsePercent } from "./arguments.ts";
import { make } from "./make.ts";
import { dashboardReport } from "./reports.ts";

interface DashboardOptions extends DashboardArguments {
  readonly json?: boolean;
}

async function report(options: DashboardOptions, cwd: string): Promise<Report> {
  return dashboardReport(make(options, cwd));
}

const presets = ["application-signals", "api-gateway", "powertools", "otel"];

/** Adds `dashboard`. */
export function addDashboardCommand(program: Command, show: ShowReport, cwd: string): void {
  program
    .command("dashboard")
    .description("write the CloudWatch dashboard and the alarms of a service, draw a preview, or estimate the cost")
    .requiredOption("--namespace <name>", "namespace of the metrics")
    .requiredOption("--service <name>", "the service dimension")
    .requiredOption("--region <region>", "where the metrics are")
    .option("--out <folder>", "write dashboard.json and alarms.json there")
    .option("--preview <file>", "draw the dashboard as a page of HTML; needs --log")
    .option("--log <file>", "recorded log with lines of EMF")
    .option(
      "--period <seconds>",
      "seconds that a point of the preview covers (default: by the log's length)",
      parseNumber,
    )
    .option("--cost", "print what the metrics cost a month, by EMF and by OTLP; needs --requests")
    .option("--requests <count>", "requests a month", parseNumber)
    .option("--routes <count>", "distinct routes, for the cost (default: the number of --route, else 10)", parseNumber)
    .option("--dependencies <count>", "dependencies, for the cost (default: the number of --dependency)", parseNumber)
    .option("--prices <file>", "JSON file of prices, instead of those in the table")
    .addOption(new Option("--names <vocabulary>", "names of the metrics").choices(presets))
    .option("--dimension <name=value>", "a default dimension of all metrics; may be repeated", collectDimension)
    .option("--route <route>", "a route to show, GET /users/{id}; may be repeated (default: found by search)", collect)
    .option("--dependency <name>", "a policy or breaker to show and to watch; may be repeated", collect)
    .option("--latency <ms>", "objective of the p99", parseNumber)
    .option("--availability <percent>", "objective of the availability (default: 99.9)", parsePercent)
    .option("--function <name>", "Lambda function, for alarms of its own errors and throttles")
    .option("--topic <arn>", "SNS topic of the alarms; may be repeated", collect)
    .option("--json", "print JSON")
    .action((options: DashboardOptions) => show(report(options, cwd), options));
}
