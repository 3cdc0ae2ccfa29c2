import { createCircuitBreaker } from "@midguard/circuit-breaker";
import { ConsecutiveBreaker, circuitBreaker, handleAll, isIsolatedCircuitError } from "cockatiel";
import Opossum from "opossum";
import { type Comparison, timedProcesses } from "../comparison.ts";
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
      rejecting(
        "midguard",
        () => isolated.run(downstream),
        (error) => codeOf(error) === "CIRCUIT_OPEN",
      ),
      rejecting("cockatiel 4.0.0", () => cockatiel.execute(downstream), isIsolatedCircuitError),
      rejecting(
        "opossum 10.0.0",
        () => opossum.fire(),
        (error) => codeOf(error) === "EOPENBREAKER",
      ),
    ];
    return timeAll([{ name: "rejection", contestants }], effort);
  },
};
