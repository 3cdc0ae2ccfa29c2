import type { CircuitControl } from "@midguard/circuit-breaker";
import type { Command } from "commander";
import { mistake } from "../errors.ts";
import type { Report, ShowReport } from "../report.ts";
import { loadControl } from "./load-control.ts";
import { isolateReport, listReport, releaseReport } from "./reports.ts";

interface CircuitOptions {
  readonly config: string;
  readonly json?: boolean;
}

type MakeReport = (control: CircuitControl, circuit: string) => Promise<Report>;

/** Adds `circuit list`, `circuit isolate` and `circuit release`. */
export function addCircuitCommands(program: Command, show: ShowReport, cwd: string): void {
  const circuit = program.command("circuit").description("look at the circuits of a fleet, and move them by hand");

  function add(name: string, description: string): Command {
    return circuit
      .command(name)
      .description(description)
      .requiredOption("-c, --config <module>", "module that exports the store of circuits as `store` or as default")
      .option("--json", "print JSON");
  }

  function addMove(name: string, description: string, makeReport: MakeReport): void {
    async function report(circuitName: string, { config }: CircuitOptions): Promise<Report> {
      if (circuitName === "") throw mistake("the name must not be empty");
      return makeReport(await loadControl(config, cwd), circuitName);
    }
    add(name, description)
      .argument("<name>", "the circuit breaker's name; of a family `<family>:<key>`")
      .action((circuitName: string, options: CircuitOptions) => show(report(circuitName, options), options));
  }

  add("list", "show each circuit that has had trouble in the last day; exit code 1 if one is not closed").action(
    (options: CircuitOptions) => show(loadControl(options.config, cwd).then(listReport), options),
  );
  addMove("isolate", "hold a circuit open in all environments, until it is released", isolateReport);
  addMove(
    "release",
    "close an isolated circuit in all environments; exit code 1 if it is open, but not isolated",
    releaseReport,
  );
}
