import { type Environment, type EnvironmentHost, startEnvironment } from "./environment/environment.ts";
import { throttled } from "./errors.ts";
import type { FunctionConfig } from "./function-config.ts";
import type { Invocation, Outcome } from "./invocation.ts";

/** The environments of one function, and the choice between them for each invocation. */
export interface Scheduler {
  readonly environments: readonly Environment[];
  /** Runs an invocation. Throws `TooManyRequestsException` at the concurrency limit. */
  run(invocation: Omit<Invocation, "settle">): Promise<Outcome>;
  stop(): Promise<void>;
}

/** Creates the scheduler of a function. It starts an environment if none is free, and prefers the one used last. */
export function createScheduler(
  config: FunctionConfig,
  { onLog, onProcess }: Pick<EnvironmentHost, "onLog" | "onProcess">,
): Scheduler {
  /** Least recently used first. */
  const environments: Environment[] = [];
  /** Invocations that are accepted and not answered. */
  let active = 0;
  let stopped = false;

  const host: EnvironmentHost = {
    onLog,
    onProcess,
    onEnd(environment, unstarted) {
      const at = environments.indexOf(environment);
      if (at !== -1) environments.splice(at, 1);
      for (const invocation of unstarted) place(invocation);
    },
  };

  return { environments, run, stop };

  function run(invocation: Omit<Invocation, "settle">): Promise<Outcome> {
    if (active >= config.reservedConcurrency) throw throttled();
    active += 1;
    return new Promise((resolve) => {
      const settle = (outcome: Outcome): void => {
        active -= 1;
        resolve(outcome);
      };
      place({ ...invocation, settle });
    });
  }

  function place(invocation: Invocation): void {
    if (stopped) {
      invocation.settle({ failed: true, payload: shutDown });
      return;
    }
    const { version, tenantId } = invocation;
    const free = environments.findLastIndex(
      (each) => each.freeSlots > 0 && each.version === version && each.tenantId === tenantId,
    );
    const environment = environments[free] ?? startEnvironment(config, { version, tenantId }, host);
    // The search begins at the end, with the one used last: the others stay unused until `idleMs` ends them.
    if (free !== environments.length - 1 || free === -1) {
      if (free !== -1) environments.splice(free, 1);
      environments.push(environment);
    }
    environment.assign(invocation);
  }

  async function stop(): Promise<void> {
    stopped = true;
    await Promise.all(environments.map((environment) => environment.kill()));
  }
}

const shutDown: Buffer = Buffer.from(
  JSON.stringify({ errorType: "Sandbox.Failure", errorMessage: "The local Lambda was stopped" }),
);
