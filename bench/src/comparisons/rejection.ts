import { createCircuitBreaker } from "@midguard/circuit-breaker";
import { ConsecutiveBreaker, circuitBreaker, handleAll, isIsolatedCircuitError } from "cockatiel";
import Opossum from "opossum";
import { type Comparison, timedProcesses } from "../comparison.ts";
import { names } from "../names.ts";
import { type Contestant, timeAll } from "../timing.ts";

async function downstream(): Promise<number> {
  return 7;
}

/** What a call was rejected with. */
async function rejection(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return error;
  }
}

function rejecting(name: string, call: () => Promise<unknown>, isOpenCircuit: (error: Error) => boolean): Contestant {
  return { name, call: () => rejection(call), check: (answer) => answer instanceof Error && isOpenCircuit(answer) };
}

function codeOf(error: Error): unknown {
  return "code" in error ? error.code : undefined;
}

async function bareRejection(): Promise<never> {
  throw new Error("open");
}

/** As ours: what a stack trace takes is most of a rejection. */
async function tracelessRejection(): Promise<never> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new Error("open");
  Error.stackTraceLimit = stackTraceLimit;
  throw error;
}

export const rejections: Comparison = {
  name: "rejection",
  title: "A call that an open circuit rejects",
  processes: timedProcesses,
  run(effort) {
    const isolated = createCircuitBreaker({ name: "isolated" });
    isolated.isolate();
    const cockatiel = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(5) });
    cockatiel.isolate();
    const opossum = new Opossum(downstream, { timeout: false });
    opossum.open();
    const contestants = [
      rejecting("a bare async throw", bareRejection, ({ message }) => message === "open"),
      rejecting("a bare async throw without a stack trace", tracelessRejection, ({ message }) => message === "open"),
      rejecting(
        names.us,
        () => isolated.run(downstream),
        (error) => codeOf(error) === "CIRCUIT_OPEN",
      ),
      rejecting(names.cockatiel, () => cockatiel.execute(downstream), isIsolatedCircuitError),
      rejecting(
        names.opossum,
        () => opossum.fire(),
        (error) => codeOf(error) === "EOPENBREAKER",
      ),
    ];
    return timeAll([{ name: "rejection", contestants }], effort);
  },
};
