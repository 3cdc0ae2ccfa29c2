import type { WarmTarget } from "@midguard/warmup/warmer";
import { loadExport } from "../config.ts";
import { mistake } from "../errors.ts";

/** Arguments that name targets. */
export interface TargetArguments {
  readonly config?: string;
  readonly concurrency?: number;
}

/** `name` or `name:qualifier`; an ARN ends in either. */
const reference = /^((?:arn:[\w-]+:lambda:[\w-]+:)?(?:\d{12}:function:)?[\w-]+)(?::([\w$-]+))?$/;

function targetOf(argument: string, concurrency: number | undefined): WarmTarget {
  const [, functionName, qualifier] = reference.exec(argument) ?? [];
  if (functionName === undefined) throw mistake(`${argument} is no function: give its name, name:alias or ARN`);
  return { functionName, qualifier, concurrency };
}

/**
 * The targets that the arguments name, or those that a module exports as `targets` or as default.
 *
 * @throws CommandError if neither functions nor a config is given, or both are.
 */
export async function loadTargets(
  functions: readonly string[],
  { config, concurrency }: TargetArguments,
  cwd: string,
): Promise<readonly WarmTarget[]> {
  if (config === undefined) {
    if (functions.length === 0) throw mistake("give the functions to warm, or --config <module> with targets");
    return functions.map((argument) => targetOf(argument, concurrency));
  }
  if (functions.length > 0 || concurrency !== undefined) {
    throw mistake("give either functions or --config, whose targets have a concurrency of their own");
  }
  const targets = await loadExport(config, cwd, "targets", "array of targets");
  if (!Array.isArray(targets)) throw mistake(`--config ${config} exports no array of targets`);
  return targets;
}
