import { LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaInvoker } from "@midguard/warmup/lambda";
import { createWarmer, type Warmer, type WarmTarget } from "@midguard/warmup/warmer";
import { type Command, InvalidArgumentError } from "commander";
import { mistake, refusal } from "../errors.ts";
import type { Progress } from "../progress.ts";
import type { Report, ShowReport } from "../report.ts";
import { loadTargets, type TargetArguments } from "./load-targets.ts";
import { warmReport } from "./report.ts";

interface WarmOptions extends TargetArguments {
  readonly region?: string;
  readonly json?: boolean;
}

/** A round of this many pings can be held at once. */
const maxParallel = 200;

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return Number(text);
}

async function createClient(region: string | undefined): Promise<LambdaClient> {
  const client = new LambdaClient({
    ...(region !== undefined && { region }),
    requestHandler: { httpsAgent: { maxSockets: maxParallel } },
  });
  try {
    await client.config.region();
  } catch (error) {
    throw refusal("no region: give --region, or set AWS_REGION", error);
  }
  return client;
}

function warmerOf(targets: readonly WarmTarget[], client: LambdaClient, onTarget: () => void): Warmer {
  try {
    return createWarmer({ targets, invoker: lambdaInvoker(client), maxParallel, onTarget });
  } catch (error) {
    throw mistake("a target cannot be used", error);
  }
}

async function warm(targets: readonly WarmTarget[], region: string | undefined, progress: Progress): Promise<Report> {
  const client = await createClient(region);
  let complete = 0;
  const text = (): string => `warmed ${complete} of ${targets.length}`;
  const warmer = warmerOf(targets, client, () => {
    complete += 1;
    progress.update(text());
  });
  progress.update(text());
  try {
    return warmReport(await warmer.run());
  } finally {
    progress.stop();
    client.destroy();
  }
}

/** Adds `warm`. */
export function addWarmCommand(program: Command, show: ShowReport, cwd: string, progress: Progress): void {
  program
    .command("warm")
    .description("ping functions with warmup() now; exit code 1 if one has fewer warm environments than asked for")
    .argument("[functions...]", "names, name:alias or ARNs")
    .option("-n, --concurrency <number>", "environments of each function (default: 1)", wholeNumber)
    .option("-c, --config <module>", "module that exports targets as `targets` or as default")
    .option("--region <region>", "AWS region (default: the environment's)")
    .option("--json", "print JSON")
    .action((functions: readonly string[], options: WarmOptions) =>
      show(
        loadTargets(functions, options, cwd).then((targets) => warm(targets, options.region, progress)),
        options,
      ),
    );
}
