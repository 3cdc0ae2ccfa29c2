import { consecutiveFailures, createCircuitBreaker } from "@midguard/circuit-breaker";
import { createRetry } from "@midguard/retry";
import {
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  handleWhen,
  isIsolatedCircuitError,
  retry as retryPolicy,
  wrap,
} from "cockatiel";
import Opossum from "opossum";
import pRetry from "p-retry";
import { type Comparison, timedProcesses } from "../comparison.ts";
import { names } from "../names.ts";
import { type Contestant, type Job, timeAll } from "../timing.ts";

async function downstream(): Promise<number> {
  return 7;
}

/** The error of a rejected call. */
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

/** Like ours, without a stack trace: collecting one is most of the cost of a rejection. */
async function tracelessRejection(): Promise<never> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new Error("open");
  Error.stackTraceLimit = stackTraceLimit;
  throw error;
}

/** The circuits are held open. Peers' retry policies are configured not to retry an open circuit, as ours does by default. */
function openCircuits(): readonly Job[] {
  const isolated = createCircuitBreaker({ name: "isolated" });
  isolated.isolate();
  const policy = createRetry({ name: "isolated" });
  const cockatiel = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(5) });
  cockatiel.isolate();
  const cockatielRetry = retryPolicy(
    handleWhen((error) => !isIsolatedCircuitError(error)),
    { maxAttempts: 3 },
  );
  const cockatielBoth = wrap(cockatielRetry, cockatiel);
  const opossum = new Opossum(downstream, { timeout: false });
  opossum.open();
  const isOpossums = (error: Error): boolean => codeOf(error) === "EOPENBREAKER";
  const isOurs = (error: Error): boolean => codeOf(error) === "CIRCUIT_OPEN";
  const bare = rejecting("a bare async throw", bareRejection, ({ message }) => message === "open");
  return [
    {
      name: "rejection",
      contestants: [
        bare,
        rejecting("a bare async throw without a stack trace", tracelessRejection, ({ message }) => message === "open"),
        rejecting(names.us, () => isolated.run(downstream), isOurs),
        rejecting(names.cockatiel, () => cockatiel.execute(downstream), isIsolatedCircuitError),
        rejecting(names.opossum, () => opossum.fire(), isOpossums),
      ],
    },
    {
      name: "rejection, through a retry policy",
      contestants: [
        bare,
        rejecting(names.us, () => policy.run(() => isolated.run(downstream)), isOurs),
        rejecting(names.cockatiel, () => cockatielBoth.execute(downstream), isIsolatedCircuitError),
        rejecting(
          `${names.pRetry} + ${names.opossum}`,
          () => pRetry(() => opossum.fire(), { retries: 3, shouldRetry: ({ error }) => !isOpossums(error) }),
          isOpossums,
        ),
      ],
    },
  ];
}

/** The circuits stay closed, however many calls fail. All share one error, because making it would be most of the time. */
function failingCalls(): Job {
  const failure = new Error("down");
  async function fail(): Promise<never> {
    throw failure;
  }
  const isIt = (error: Error): boolean => error === failure;
  const never = Number.MAX_SAFE_INTEGER;
  const patient = createCircuitBreaker({ name: "patient", trip: consecutiveFailures(never) });
  const cockatiel = circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(never) });
  // Without its percentiles: each failure sorts them again, which would take a ms with so many calls.
  const opossum = new Opossum(fail, { timeout: false, volumeThreshold: never, rollingPercentilesEnabled: false });
  return {
    name: "a failed call through a closed circuit",
    contestants: [
      rejecting("a bare async call that fails", fail, isIt),
      rejecting(names.us, () => patient.run(fail), isIt),
      rejecting(names.cockatiel, () => cockatiel.execute(fail), isIt),
      rejecting(names.opossum, () => opossum.fire(), isIt),
    ],
  };
}

export const rejections: Comparison = {
  name: "rejection",
  title: "A call that an open circuit rejects, and one that fails",
  processes: timedProcesses,
  run: (effort) => timeAll([...openCircuits(), failingCalls()], effort),
};
