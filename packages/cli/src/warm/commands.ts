import type { Command } from "commander";
import { parseNumber } from "../number.ts";
import type { Progress } from "../progress.ts";
import type { Report, ShowReport } from "../report.ts";
import { loadTargets, type TargetArguments } from "./load-targets.ts";

interface WarmOptions extends TargetArguments {
  readonly region?: string;
  readonly json?: boolean;
}

/** Adds `warm`. */
export function addWarmCommand(program: Command, show: ShowReport, cwd: string, progress: Progress): void {
  async function report(functions: readonly string[], options: WarmOptions): Promise<Report> {
    const targets = await loadTargets(functions, options, cwd);
    // Here, because the SDK takes longer to load than any other command to run.
    const { warm } = await import("./warm.ts");
    return warm(targets, options.region, progress);
  }

  program
    .command("warm")
    .description("ping functions with warmup() now; exit code 1 if one has fewer warm environments than asked for")
    .argument("[functions...]", "names, name:alias or ARNs")
    .option("-n, --concurrency <number>", "environments of each function (default: 1)", parseNumber)
    .option("-c, --config <module>", "module that exports targets as `targets` or as default")
    .option("--region <region>", "AWS region (default: the environment's)")
    .option("--json", "print JSON")
    .action((functions: readonly string[], options: WarmOptions) => show(report(functions, options), options));
}
