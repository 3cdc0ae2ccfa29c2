import type { MidguardEvent, Outcome } from "@midguard/kernel";
import { read, readText, statusOfOutcome } from "@midguard/kernel/internal";

/** An error as fields of a line. Its message may quote a request. */
function errorFields(error: unknown, details: boolean): Record<string, unknown> {
  const name = readText(error, "name");
  const code = read(error, "code");
  const message = details ? readText(error, "message") || (typeof error === "string" ? error : "") : "";
  return {
    ...(name !== "" && { name }),
    ...((typeof code === "string" || typeof code === "number") && { code }),
    ...(message !== "" && { message }),
  };
}

/** How a call ended, without what it returned: that may be anything. */
function outcomeFields(outcome: Outcome, details: boolean): Record<string, unknown> {
  const status = statusOfOutcome(outcome);
  return {
    ...(status !== undefined && { status }),
    ...(!outcome.ok && { error: errorFields(outcome.error, details) }),
  };
}

/** The facts of an event for a line of the log. Without `details` nothing that may be personal is in them. */
export function fieldsOf(event: MidguardEvent, details: boolean): Record<string, unknown> {
  // `key` is what requests count under: an address or a user. `primeError` is an error as text.
  const { type, outcome, error, key, primeError, ...facts } = event as MidguardEvent & {
    readonly outcome?: Outcome;
    readonly error?: unknown;
    readonly key?: string;
    readonly primeError?: string;
  };
  return {
    ...facts,
    ...(outcome !== undefined && outcomeFields(outcome, details)),
    ...("error" in event && { error: errorFields(error, details) }),
    ...(details && key !== undefined && { key }),
    ...(details && primeError !== undefined && { primeError }),
  };
}
