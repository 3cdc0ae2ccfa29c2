import type { Command } from "commander";
import { mistake } from "../errors.ts";
import type { Report, ShowReport } from "../report.ts";
import { loadLimiter } from "./load-limiter.ts";
import { peekReport, resetReport } from "./reports.ts";

interface LimitOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** Adds `limit peek` and `limit reset`. */
export function addLimitCommands(program: Command, show: ShowReport, cwd: string): void {
  const limit = program.command("limit").description("look at a rate limit in its store, and lift it");

  function add(name: string, description: string, makeReport: typeof peekReport): void {
    async function report(key: string, { config }: LimitOptions): Promise<Report> {
      if (key === "") throw mistake("the key must not be empty");
      return makeReport(await loadLimiter(config, cwd), key);
    }
    limit
      .command(name)
      .description(description)
      .argument("<key>", "what requests count under: the client's address, for instance")
      .requiredOption("-c, --config <module>", "module that exports the limiter's options as `limiter` or as default")
      .option("--json", "print JSON")
      .action((key: string, options: LimitOptions) => show(report(key, options), options));
  }

  add("peek", "show what is left of each limit of a key; exit code 1 if nothing is left of one", peekReport);
  add("reset", "forget what is counted under a key", resetReport);
}
