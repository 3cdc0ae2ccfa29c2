import type { FleetShape, Scenario, Trouble } from "./scenario.ts";

const usual = { requestsPerS: 420, timeoutMs: 1_000 };
const cold: FleetShape = { environments: 1_000, takeTurns: true };

function withErrors(errors: number): Scenario {
  return { ...usual, name: `${errors * 100} % random errors`, trouble: { seconds: 60, errors } };
}

function hang(timeoutMs: number): Scenario {
  const name = `hang of 30 s, timeouts of ${timeoutMs / 1_000} s`;
  return { ...usual, name, timeoutMs, trouble: { seconds: 30, workers: 0 } };
}

/** One environment of `environments` whose every call fails, and 1 % errors elsewhere. */
function poisoned(environments: number, perS: number): Scenario {
  const trouble: Trouble = { seconds: 60, isPoisoned: true, errors: 0.01 };
  const name = `1 of ${environments} poisoned, ${perS} calls/s each`;
  return { ...usual, name, requestsPerS: environments * perS, trouble, fleet: { environments, takeTurns: true } };
}

function heldOut(name: string, of: Partial<Scenario>, trouble: Trouble): Scenario {
  return { ...usual, ...of, name, trouble, isHeldOut: true };
}

const third: Trouble = { seconds: 30, workers: 1 / 3 };

/** The defaults were chosen by the first half, and are judged by the second. */
export const scenarios: readonly Scenario[] = [
  { ...usual, name: "overload: a third of the capacity for 30 s", trouble: third },
  { ...usual, name: "outage of 30 s", trouble: { seconds: 30, errors: 1 } },
  hang(1_000),
  withErrors(0.01),
  withErrors(0.1),
  withErrors(0.3),
  withErrors(0.6),
  { ...usual, name: "errors for 3 s, every 6 s", trouble: { seconds: 60, errors: 1, flapMs: 3_000 } },
  { ...usual, name: "cold fleet: hang of 3 s", requestsPerS: 250, trouble: { seconds: 3, workers: 0 }, fleet: cold },
  { ...usual, name: "cold fleet: outage of 14 s", trouble: { seconds: 14, errors: 1 }, fleet: cold },
  poisoned(10, 4),
  poisoned(100, 0.5),
  {
    ...usual,
    name: "5 environments, 0.1 calls/s each: outage of 60 s",
    requestsPerS: 0.5,
    trouble: { seconds: 60, errors: 1 },
    fleet: { environments: 5, takeTurns: true },
  },
  { ...usual, name: "overload, the store lost", trouble: third, isStoreLost: true },

  { ...hang(3_000), isHeldOut: true },
  { ...hang(10_000), isHeldOut: true },
  { ...hang(29_000), isHeldOut: true },
  heldOut("workers leave one by one for 30 s", {}, { seconds: 30, workers: 0.2, isSlow: true }),
  heldOut("250 requests/s: 60 % random errors", { requestsPerS: 250 }, { seconds: 60, errors: 0.6 }),
  heldOut("250 requests/s: 60 % errors in 10 ms", { requestsPerS: 250 }, { seconds: 60, errors: 0.6, errorMs: 10 }),
  heldOut("45 % random errors", {}, { seconds: 60, errors: 0.45 }),
  heldOut("errors for 2 s, every 4 s", { requestsPerS: 250 }, { seconds: 60, errors: 1, flapMs: 2_000 }),
  heldOut("hangs of 2 s, every 4 s", { requestsPerS: 250 }, { seconds: 60, workers: 0, flapMs: 2_000 }),
  heldOut("250 requests/s: a fifth of the capacity for 30 s", { requestsPerS: 250 }, { seconds: 30, workers: 0.2 }),
  heldOut("470 requests/s: a third of the capacity for 15 s", { requestsPerS: 470 }, { seconds: 15, workers: 1 / 3 }),
  heldOut("overload, timeouts of 0.5 s", { timeoutMs: 500 }, third),
  heldOut("overload, timeouts of 2 s", { timeoutMs: 2_000 }, third),
  heldOut("overload, timeouts of 3 s", { timeoutMs: 3_000 }, third),
  heldOut(
    "cold fleet: a third of the capacity for 10 s",
    { requestsPerS: 350, fleet: cold },
    { seconds: 10, workers: 1 / 3 },
  ),
  heldOut(
    "4 shared environments: hang of 30 s",
    { fleet: { environments: 4, isShared: true } },
    { seconds: 30, workers: 0 },
  ),
  heldOut(
    "3,000 cold environments without retries: 1 % errors",
    { maxRetries: 0, requestsPerS: 250, fleet: { environments: 3_000, takeTurns: true } },
    { seconds: 60, errors: 0.01 },
  ),
  heldOut(
    "3,000 cold environments without retries: 10 % errors",
    { maxRetries: 0, requestsPerS: 250, fleet: { environments: 3_000, takeTurns: true } },
    { seconds: 60, errors: 0.1 },
  ),
  { ...poisoned(10, 0.5), isHeldOut: true },
  { ...poisoned(20, 2), isHeldOut: true },
  { ...poisoned(100, 4), isHeldOut: true },
];
