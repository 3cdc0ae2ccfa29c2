import type { Rejection } from "@midguard/kernel/internal";
import { isRejection } from "@midguard/kernel/internal";

const problem = {
  type: "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity",
  title: "Service Unavailable",
} as const;

/**
 * A call that an open circuit did not let through. As an answer to an API request it is 503 with `Retry-After`.
 *
 * It has no stack trace, which would cost more than all the rest of the rejection (there is one where
 * `Error.stackTraceLimit` cannot be written, as under `--frozen-intrinsics`).
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
  /** When to call again, in ms from now. For an isolated circuit nobody knows, and it is the longest open time. */
  readonly retryAfterMs: number;

  constructor(circuit: string, retryAfterMs: number) {
    const limit = Error.stackTraceLimit;
    // Reflect.set says false where an assignment would throw.
    Reflect.set(Error, "stackTraceLimit", 0);
    super(`${circuit} is unavailable: its circuit is open`);
    Reflect.set(Error, "stackTraceLimit", limit);
    this.circuit = circuit;
    this.retryAfterMs = retryAfterMs;
    this.headers = { "Retry-After": String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
  }
}

/** Whether `error` is a {@link CircuitOpenError}, also one of another copy of this package. */
export function isCircuitOpenError(error: unknown): error is CircuitOpenError {
  return isRejection(error, "CIRCUIT_OPEN");
}
