import type { LogLine } from "@midguard/local-lambda";
import { type EmfOptions, readEmf, validateEmf } from "@midguard/metrics/testing";
import type { CircuitChange, CircuitState, EmfLine, Handled, InvocationReport, Logged } from "./facts.ts";

/** The fact in one line of a function's log. */
export type Reading =
  | { readonly type: "emf"; readonly fact: EmfLine }
  | { readonly type: "handled"; readonly fact: Handled }
  | { readonly type: "circuit"; readonly fact: CircuitChange }
  | { readonly type: "init"; readonly fact: Logged }
  | { readonly type: "report"; readonly fact: InvocationReport }
  | { readonly type: "error"; readonly fact: string }
  | { readonly type: "invalid"; readonly fact: string }
  | { readonly type: "nothing" };

type Fields = Readonly<Record<string, unknown>>;

const nothing: Reading = { type: "nothing" };
const circuitStates: Readonly<Record<string, CircuitState>> = {
  "circuit.opened": "open",
  "circuit.half_opened": "half-open",
  "circuit.closed": "closed",
};

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The values of a valid line, by metric. A list of values counts as their sum. */
function valuesOf(line: string, options: EmfOptions): Record<string, number> {
  // A metric is read once for each set of dimensions, with the same values.
  return Object.fromEntries(
    readEmf(line, options).map(({ name, values }) => [name, values.reduce((sum, value) => sum + value, 0)]),
  );
}

function kindOf(values: Readonly<Record<string, number>>): EmfLine["kind"] {
  if (values.Latency !== undefined) return "request";
  return values.WarmupPing === undefined ? "other" : "ping";
}

/** Reads one line of the users API's log. */
export function readLogLine({ line, source, timestamp: at, environmentId, requestId }: LogLine): Reading {
  const logged = { at, environmentId, requestId };
  if (source === "platform") {
    if (line.startsWith("INIT_START")) return { type: "init", fact: logged };
    if (!line.startsWith("REPORT")) return nothing;
    const init = /Init Duration: ([\d.]+) ms/.exec(line)?.[1];
    return { type: "report", fact: { ...logged, initMs: init === undefined ? undefined : Number(init) } };
  }
  if (line.includes('"_aws"')) {
    const options = { clock: { now: () => at } };
    const complaints = validateEmf(line, options);
    if (complaints.length > 0) return { type: "invalid", fact: `${complaints.join("; ")} in ${line}` };
    const values = valuesOf(line, options);
    return { type: "emf", fact: { ...logged, kind: kindOf(values), values } };
  }
  // Other text on stderr is a warning or a stack trace.
  if (!line.startsWith("{")) return source === "stderr" ? { type: "error", fact: line } : nothing;
  const fields = parse(line);
  if (fields === undefined) return { type: "invalid", fact: line };
  const { level, message, event } = fields;
  const reason = isFields(event) ? event.reason : undefined;
  const to = circuitStates[String(message)];
  if (to !== undefined)
    return { type: "circuit", fact: { ...logged, to, reason: typeof reason === "string" ? reason : undefined } };
  if (message === "request") return { type: "handled", fact: { ...logged, rehearsal: fields.rehearsal === true } };
  return level === "ERROR" ? { type: "error", fact: line } : nothing;
}

function parse(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
