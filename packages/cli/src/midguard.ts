import { Command, CommanderError } from "commander";
import { addCircuitCommands } from "./circuit/commands.ts";
import { addDashboardCommand } from "./dashboard/commands.ts";
import { CommandError } from "./errors.ts";
import type { ExitCode } from "./exit-code.ts";
import { addLimitCommands } from "./limit/commands.ts";
import { addPlanCommand } from "./plan/commands.ts";
import { type Progress, silent } from "./progress.ts";
import type { ShowReport } from "./report.ts";
import { addWarmCommand } from "./warm/commands.ts";

/** What a command runs in: the process, or a test. */
export interface Shell {
  /** The folder that paths start from. */
  readonly cwd: string;
  /** Printed by `--version`. */
  readonly version: string;
  /** Prints a result. */
  out(text: string): void;
  /** Prints an error. */
  err(text: string): void;
  /** Shows progress. @default nothing is shown */
  readonly progress?: Progress | undefined;
}

const exitCodes = `
Exit codes: 0 done, 1 done with a finding, 2 a mistake in the arguments or the config, 3 the store or AWS refused.`;

/** Prints why a command failed, in one line, and returns its exit code. */
function reportFailure(error: unknown, { err }: Shell): ExitCode {
  const print = (message: string): void => err(`midguard: ${message.replaceAll(/\s*\n\s*/g, " ")}\n`);
  if (error instanceof CommandError) {
    print(error.message);
    return error.exitCode;
  }
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode === 0) return 0;
  // Commander has printed its help where a command is missing, and nothing else.
  if (error.code !== "commander.help") print(error.message.replace(/^error: /, ""));
  return 2;
}

/**
 * Runs a command line of `midguard` in this process, and returns its exit code. Failures are printed and have an
 * exit code too; it rejects only if the shell throws.
 *
 * @example
 * const exitCode = await midguard(["limit", "peek", "203.0.113.7", "--config", "limits.ts"], shell);
 */
export async function midguard(args: readonly string[], shell: Shell): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const show: ShowReport = async function show(report, { json }) {
    const { data, text, isFinding = false } = await report;
    shell.out(`${json ? JSON.stringify(data) : text}\n`);
    if (isFinding) exitCode = 1;
  };
  const program = new Command("midguard")
    .description(
      "Looks into what Midguard keeps for a fleet of functions, keeps functions warm, and shows what they do.",
    )
    .version(shell.version)
    .addHelpText("after", exitCodes)
    .configureOutput({ writeOut: shell.out, writeErr: shell.err, outputError: () => {} })
    .exitOverride();
  addLimitCommands(program, show, shell.cwd);
  addCircuitCommands(program, show, shell.cwd);
  addDashboardCommand(program, show, shell.cwd);
  addPlanCommand(program, show, shell.cwd);
  addWarmCommand(program, show, shell.cwd, shell.progress ?? silent);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    return reportFailure(error, shell);
  }
}
