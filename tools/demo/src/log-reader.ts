import type { LogLine } from "@midguard/local-lambda";
import type { CircuitChange, CircuitState, EmfLine, Handled, InvocationReport, Logged } from "./facts.ts";

/** The fact in one line of a function's log. */
export type Reading =
  | { readonly type: "emf"; readonly fact: EmfLine }
  | { readonly type: "handled"; readonly fact: Handled }
  | { readonly type: "circuit"; readonly fact: CircuitChange }
  | { readonly type: "init"; readonly fact: Logged }
  | { readonly type: "report"; readonly fact: InvocationReport }
  | { readonly type: "error"; readonly fact: string }
  | { readonly type: "unreadable"; readonly fact: string }
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

/** The metrics that a line declares, with their values; `undefined` if a declared value is missing or malformed. */
function declaredMetrics(fields: Fields): Record<string, number> | undefined {
  const directives = isFields(fields._aws) ? fields._aws.CloudWatchMetrics : undefined;
  if (!Array.isArray(directives) || directives.length === 0) return undefined;
  const values: Record<string, number> = {};
  for (const directive of directives) {
    const { Namespace, Dimensions, Metrics } = isFields(directive) ? directive : {};
    if (typeof Namespace !== "string" || !Array.isArray(Metrics) || !Array.isArray(Dimensions)) return undefined;
    if (!Dimensions.flat().every((name) => typeof fields[name] === "string")) return undefined;
    for (const { Name } of Metrics) {
      // CloudWatch also accepts a list of values; the demo counts their sum.
      const value = [fields[Name]].flat();
      if (!value.every((one) => typeof one === "number") || value.length === 0) return undefined;
      values[Name] = value.reduce((sum: number, one) => sum + Number(one), 0);
    }
  }
  return values;
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
  if (!line.startsWith("{")) {
    // CloudWatch would lose an EMF line that is not JSON. Other text on stderr is a warning or a stack trace.
    if (line.includes('"_aws"')) return { type: "unreadable", fact: line };
    return source === "stderr" ? { type: "error", fact: line } : nothing;
  }
  const fields = parse(line);
  if (fields === undefined) return { type: "unreadable", fact: line };
  if (fields._aws !== undefined) {
    const values = declaredMetrics(fields);
    if (values === undefined) return { type: "unreadable", fact: line };
    return { type: "emf", fact: { ...logged, kind: kindOf(values), values } };
  }
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
