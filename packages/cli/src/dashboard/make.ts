import { join } from "node:path";
import {
  type AlarmResources,
  alarms,
  type CloudWatchPrices,
  type DashboardBody,
  dashboard,
  type MonthlyCost,
  monthlyCost,
  preview,
  pricedRegions,
  pricesOf,
} from "@midguard/metrics/dashboard";
import { mistake } from "../errors.ts";
import type { DashboardArguments } from "./arguments.ts";
import { readFile, writeFile } from "./files.ts";

/** A file that was written. */
export interface WrittenFile {
  readonly file: string;
  /** What is in it, in words. */
  readonly contents: string;
}

/** What the command has done. */
export interface Made {
  readonly files: readonly WrittenFile[];
  readonly cost: MonthlyCost | undefined;
}

/** The arguments by the options of the engine. */
const flags: Readonly<Record<string, string>> = {
  sloLatencyMs: "--latency",
  routes: "--route",
  dependencies: "--dependency",
  dimensions: "--dimension",
  periodSeconds: "--period",
  requestsPerMonth: "--requests",
  actions: "--topic",
  functionName: "--function",
};

/** An error of the engine with the argument in the place of the option. */
function mistakeOf(error: Error): Error {
  if (error.message.includes(": sloAvailability "))
    return mistake("--availability must be a share from 50 % to 99.9999 %");
  const named = error.message.replace(/^\w+: (\w+)/, (_, option: string) => flags[option] ?? `--${option}`);
  // Those that name no option are sentences of their own.
  return mistake(/^\w+: the /.test(error.message) ? error.message.replace(/^\w+: /, "") : named);
}

function orMistake<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw mistakeOf(error as Error);
  }
}

function bodyOf(args: DashboardArguments): DashboardBody {
  const { namespace, service, region, names, dimension, route, dependency, latency, availability } = args;
  return dashboard({
    ...{ namespace, service, region, names },
    dimensions: dimension,
    routes: route,
    dependencies: dependency,
    sloLatencyMs: latency,
    sloAvailability: availability,
  });
}

function alarmsOf(args: DashboardArguments): AlarmResources {
  const { namespace, service, names, dimension, dependency, latency, availability, topic } = args;
  return alarms({
    ...{ namespace, service, names },
    dimensions: dimension,
    dependencies: dependency,
    sloLatencyMs: latency,
    sloAvailability: availability,
    functionName: args.function,
    actions: topic,
  });
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function writeAll(folder: string, args: DashboardArguments, body: DashboardBody, cwd: string): readonly WrittenFile[] {
  const resources = orMistake(() => alarmsOf(args));
  const template = {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: `Alarms of ${args.service}`,
    Resources: resources,
  };
  const [bodyFile, alarmsFile] = [join(folder, "dashboard.json"), join(folder, "alarms.json")];
  writeFile("--out", bodyFile, cwd, json(body));
  writeFile("--out", alarmsFile, cwd, json(template));
  return [
    { file: bodyFile, contents: `body of a dashboard with ${body.widgets.length} widgets` },
    { file: alarmsFile, contents: `template with ${Object.keys(resources).length} alarms` },
  ];
}

function writePreview(file: string, args: DashboardArguments, body: DashboardBody, cwd: string): WrittenFile {
  const { log, period, service, namespace } = args;
  if (log === undefined) throw mistake("--preview needs --log <file>, a recorded log of EMF lines");
  const lines = readFile("--log", log, cwd);
  const title = `${service} in ${namespace}`;
  writeFile(
    "--preview",
    file,
    cwd,
    orMistake(() => preview(body, lines, { title, periodSeconds: period })),
  );
  return { file, contents: `preview of ${log}` };
}

function pricesIn(file: string, cwd: string): CloudWatchPrices {
  const text = readFile("--prices", file, cwd);
  try {
    return JSON.parse(text) as CloudWatchPrices;
  } catch (error) {
    throw mistake(`--prices ${file} cannot be read`, error);
  }
}

function costOf(args: DashboardArguments, cwd: string): MonthlyCost {
  const { region, names, requests, route, routes, dependency, dependencies, prices: file } = args;
  if (requests === undefined) throw mistake("--cost needs --requests <count>, the requests a month");
  const prices = file === undefined ? pricesOf(region) : pricesIn(file, cwd);
  if (prices === undefined) {
    throw mistake(
      `no prices of the region ${region} are in the table, and none is guessed: give them by --prices <file>, a JSON file ` +
        `like { "usdPerMetric": 0.3, "usdPerLogGb": 0.5, "usdPerOtlpGb": 0.5 }. The table has ${pricedRegions.join(", ")}`,
    );
  }
  const counts = { routes: routes ?? route?.length, dependencies: dependencies ?? dependency?.length };
  return orMistake(() => monthlyCost({ region, names, requestsPerMonth: requests, ...counts, prices }));
}

/**
 * Makes what the arguments ask for: files of the dashboard and the alarms, a preview, the cost.
 *
 * @throws CommandError if nothing is asked for, if an argument cannot be used, or if a file cannot be read or written.
 */
export function make(args: DashboardArguments, cwd: string): Made {
  const { out, preview: page, cost } = args;
  if (out === undefined && page === undefined && !cost) {
    throw mistake("nothing to do: give --out <folder>, --preview <file> with --log <file>, or --cost");
  }
  const body = orMistake(() => bodyOf(args));
  const costs = cost ? costOf(args, cwd) : undefined;
  const written = out === undefined ? [] : writeAll(out, args, body, cwd);
  const drawn = page === undefined ? [] : [writePreview(page, args, body, cwd)];
  return { files: [...written, ...drawn], cost: costs };
}
