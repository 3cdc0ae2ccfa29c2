import type { WarmFailureReason } from "./invoker.ts";
import type { Finding, WarmEnvironment } from "./reply.ts";
import type { TargetReport, WarmFailure } from "./report.ts";

/** Adds up what the pings of one target found. */
export interface Tally {
  add(finding: Finding): void;
  /** Notes a failure that is no ping's. */
  fail(reason: WarmFailureReason, message: string): void;
  /** How many different environments answered. */
  distinct(): number;
  summary(): Pick<TargetReport, "version" | "distinct" | "cold" | "primed" | "oldestAgeMs" | "pings" | "failures">;
}

/** Makes an empty tally. */
export function createTally(): Tally {
  /** By id; the latest answer of each, cold if any answer was. */
  const environments = new Map<string, WarmEnvironment>();
  const failures = new Map<WarmFailureReason, WarmFailure>();
  let pings = 0;

  function fail(reason: WarmFailureReason, message: string): void {
    failures.set(reason, { reason, message, count: (failures.get(reason)?.count ?? 0) + 1 });
  }

  function answer(environment: WarmEnvironment): void {
    const { environmentId, primed, primeError, cold } = environment;
    const wasCold = environments.get(environmentId)?.cold === true;
    environments.set(environmentId, { ...environment, cold: cold || wasCold });
    if (primed === false) fail("prime-failed", primeError);
  }

  return {
    fail,
    add(finding) {
      pings += 1;
      if (finding.kind === "environment") answer(finding.environment);
      if (finding.kind === "failed") fail(finding.reason, finding.message);
    },
    distinct: () => environments.size,
    summary() {
      const found = [...environments.values()];
      return {
        version: found.at(-1)?.version,
        distinct: found.length,
        cold: found.filter(({ cold }) => cold).length,
        primed: found.filter(({ primed }) => primed === true).length,
        oldestAgeMs: found.length === 0 ? undefined : Math.max(...found.map(({ ageMs }) => ageMs)),
        pings,
        failures: [...failures.values()],
      };
    },
  };
}
