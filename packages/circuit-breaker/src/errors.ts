import type { Rejection } from "@midguard/kernel/internal";
import { isRejection, printable } from "@midguard/kernel/internal";

const problem = {
  type: "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity",
  title: "Service Unavailable",
} as const;

/**
 * A call that an open circuit rejected. As an answer to an API request it is 503 with `Retry-After`. A breaker's rejections
 * have no stack trace, because collecting one costs more than the rest of the rejection.
 */
export class CircuitOpenError extends Error implements Rejection {
  override readonly name = "CircuitOpenError";
  readonly code = "CIRCUIT_OPEN";
  readonly statusCode = 503;
  readonly status = 503;
  readonly expose = true;
  /** `Retry-After`, in whole seconds (RFC 9110, 10.2.3). */
  readonly headers: Readonly<Record<string, string>>;
  readonly problem: Rejection["problem"] = problem;
  /** The name of the circuit. */
  readonly circuit: string;
  /** When to call again, in ms from now. For an isolated circuit that is unknown, so it is `maxOpenMs`. */
  readonly retryAfterMs: number;

  constructor(circuit: string, retryAfterMs: number) {
    super(`${printable(circuit)} is unavailable: its circuit is open`);
    this.circuit = circuit;
    this.retryAfterMs = retryAfterMs;
    this.headers = { "Retry-After": String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
  }
}

/** Whether `error` is a {@link CircuitOpenError}, also one of another copy of this package. */
export function isCircuitOpenError(error: unknown): error is CircuitOpenError {
  return isRejection(error, "CIRCUIT_OPEN");
}
