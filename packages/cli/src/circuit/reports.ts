import type { CircuitControl, CircuitStatus } from "@midguard/circuit-breaker";
import { formatDuration } from "../duration.ts";
import type { Report } from "../report.ts";
import { ask } from "../store.ts";
import { table } from "../table.ts";

const soon = "Each environment that serves requests follows within its syncMs, 5 s by default.";

function formatAge(ageMs: number): string {
  return ageMs === Infinity ? "always" : formatDuration(Math.max(1, ageMs));
}

/** A status for JSON, which has no `Infinity`. */
function dataOf({ circuit, phase, ageMs }: CircuitStatus) {
  return { circuit, phase, ageMs: ageMs === Infinity ? null : ageMs };
}

/** Every circuit that the store has a record of. The finding: at least one is not closed. */
export async function listReport(control: CircuitControl): Promise<Report> {
  const circuits = await ask(control.list());
  const rows = circuits.map(({ circuit, phase, ageMs }) => [circuit, phase, formatAge(ageMs)]);
  return {
    data: { circuits: circuits.map(dataOf) },
    text: rows.length === 0 ? "no circuit has had trouble in the last day" : table(["circuit", "phase", "for"], rows),
    isFinding: circuits.some(({ phase }) => phase !== "closed"),
  };
}

/** Holds a circuit open in all environments. */
export async function isolateReport(control: CircuitControl, circuit: string): Promise<Report> {
  const status = await ask(control.isolate(circuit));
  return { data: dataOf(status), text: `${circuit} is isolated. ${soon}` };
}

/** Closes an isolated circuit in all environments. The finding: it is not isolated, but open for another reason. */
export async function releaseReport(control: CircuitControl, circuit: string): Promise<Report> {
  const status = await ask(control.release(circuit));
  const { phase, ageMs } = status;
  const data = dataOf(status);
  if (phase !== "closed") {
    return { data, text: `${circuit} is not isolated: it is ${phase}, and stays so`, isFinding: true };
  }
  if (ageMs === Infinity) return { data, text: `${circuit} is not isolated: it has always been closed` };
  return { data, text: `${circuit} is closed. ${soon}` };
}
