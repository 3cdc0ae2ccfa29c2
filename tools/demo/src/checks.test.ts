import { describe, expect, test } from "vitest";
import { openSpans, runChecks } from "./checks.ts";
import type { Answer, EmfLine, Facts, Handled } from "./facts.ts";
import { floodClient, recordedFacts } from "./testing/recorded-facts.ts";

const expected = { warmed: 2, floodClient, sharedLimits: false };

function failing(facts: Facts): string[] {
  return runChecks(facts, expected)
    .filter(({ ok }) => !ok)
    .map(({ name }) => name);
}

function answers(change: (answer: Answer, index: number) => Answer | undefined): (facts: Facts) => Facts {
  return (facts) => ({ ...facts, answers: facts.answers.flatMap((answer, index) => change(answer, index) ?? []) });
}

function emf(change: (line: EmfLine) => EmfLine | undefined): (facts: Facts) => Facts {
  return (facts) => ({ ...facts, emf: facts.emf.flatMap((line) => change(line) ?? []) });
}

function handled(change: (line: Handled) => Handled | undefined): (facts: Facts) => Facts {
  return (facts) => ({ ...facts, handled: facts.handled.flatMap((line) => change(line) ?? []) });
}

function without(metric: string): (facts: Facts) => Facts {
  return emf((line) => {
    const { [metric]: _, ...values } = line.values;
    return { ...line, values };
  });
}

test("every check holds for a good run", () => {
  expect(failing(recordedFacts())).toEqual([]);
});

/** One change to the facts, and the checks that must fail. */
const tampered: readonly [string, (facts: Facts) => Facts, readonly string[]][] = [
  ["an EMF line is broken", (facts) => ({ ...facts, invalid: ['{"_aws":'] }), ["CloudWatch accepts every EMF line"]],
  [
    "a request line is missing",
    emf((line) => (line.requestId === "request-0" ? undefined : line)),
    ["each answer has its line of metrics"],
  ],
  [
    "an admitted request did not reach the handler",
    handled((line) => (line.requestId === "request-0" ? undefined : line)),
    ["each admitted request reached the handler once"],
  ],
  [
    "a throttled request reached the handler",
    (facts) => ({ ...facts, handled: [...facts.handled, { ...facts.handled[0], rehearsal: false } as Handled] }),
    ["each admitted request reached the handler once", "no ping reached the handler"],
  ],
  [
    "one admitted request reached the handler twice, and another never",
    handled((line) => (line.requestId === "request-0" ? { ...line, requestId: "request-1" } : line)),
    ["each admitted request reached the handler once"],
  ],
  [
    "one answer has two lines of metrics, and another none",
    emf((line) => (line.requestId === "request-0" ? { ...line, requestId: "request-1" } : line)),
    ["each answer has its line of metrics"],
  ],
  [
    "no EMF line was written",
    (facts) => ({ ...facts, emf: [] }),
    [
      "CloudWatch accepts every EMF line",
      "each answer has its line of metrics",
      "4xx answers are the metrics' errors",
      "5xx answers are the metrics' faults",
      "pings answered are the metrics' pings",
      "429 answers are the metrics' throttles",
      "failed calls were retried",
      "breakers opened as the metrics say",
    ],
  ],
  ["a 4xx is not an error in the metrics", without("Error"), ["4xx answers are the metrics' errors"]],
  ["a 5xx is not a fault in the metrics", without("Fault"), ["5xx answers are the metrics' faults"]],
  [
    "an error is plain text",
    answers((answer) => (answer.status === 400 ? { ...answer, contentType: "text/plain" } : answer)),
    ["each error is a problem document"],
  ],
  [
    "two pings reached one environment",
    (facts) => ({ ...facts, pings: facts.pings.map((ping) => ({ ...ping, environmentId: "a" })) }),
    ["the wanted number of environments was warmed"],
  ],
  ["a ping is not counted", without("WarmupPing"), ["pings answered are the metrics' pings"]],
  [
    "a ping reached the handler",
    handled((line) => (line.requestId === "ping-a" ? { ...line, rehearsal: false } : line)),
    ["each admitted request reached the handler once", "no ping reached the handler", "each ping rehearsed once"],
  ],
  [
    "a ping is counted as a request",
    emf((line) => (line.requestId === "ping-a" ? { ...line, kind: "request" } : line)),
    ["each answer has its line of metrics", "no ping reached the handler"],
  ],
  [
    "a ping was not primed",
    (facts) => ({ ...facts, pings: facts.pings.map((ping) => ({ ...ping, primed: ping.requestId !== "ping-a" })) }),
    ["each ping rehearsed once"],
  ],
  [
    "no ping was primed, and none rehearsed",
    (facts) => ({
      ...facts,
      pings: facts.pings.map((ping) => ({ ...ping, primed: false })),
      handled: facts.handled.filter(({ rehearsal }) => !rehearsal),
    }),
    ["each ping rehearsed once"],
  ],
  [
    "a rehearsal belongs to no ping",
    handled((line) => (line.requestId === "ping-a" ? { ...line, requestId: "another" } : line)),
    ["each ping rehearsed once"],
  ],
  ["throttles are not counted", without("Throttled"), ["429 answers are the metrics' throttles"]],
  [
    "no request was throttled",
    (facts) => {
      const admitted = answers((answer) => (answer.status === 429 ? undefined : answer))(facts);
      return emf((line) => (line.values.Throttled ? undefined : line))(admitted);
    },
    ["the flood was throttled"],
  ],
  [
    "another address was throttled",
    answers((answer, index) => (index === 4 ? { ...answer, client: "203.0.113.10" } : answer)),
    ["only the flooding address was throttled"],
  ],
  [
    "a 429 has no Retry-After",
    answers((answer) => (answer.status === 429 ? { ...answer, retryAfter: undefined } : answer)),
    ["each 429 says when to come again"],
  ],
  ["nothing was retried", without("RetryAttempts"), ["failed calls were retried"]],
  [
    "no breaker opened",
    (facts) => without("CircuitOpened")({ ...facts, circuit: [] }),
    [
      "a breaker opened while the service failed",
      "each breaker that opened closed again",
      "a 5xx only while the service failed or a breaker was open",
    ],
  ],
  [
    "a breaker opened while the service was healthy",
    (facts) => {
      const opened = {
        at: facts.phases[1]?.startedAt ?? 0,
        environmentId: "b",
        requestId: undefined,
        reason: "tripped",
      };
      const closed = { ...opened, at: opened.at + 500, to: "closed" as const };
      return { ...facts, circuit: [{ ...opened, to: "open" as const }, closed, ...facts.circuit] };
    },
    ["no breaker opened before the service failed", "breakers opened as the metrics say"],
  ],
  [
    "a breaker stayed open",
    (facts) => ({ ...facts, circuit: facts.circuit.filter(({ to }) => to !== "closed") }),
    ["each breaker that opened closed again"],
  ],
  ["an opening is not counted", without("CircuitOpened"), ["breakers opened as the metrics say"]],
  [
    "a 5xx without a cause",
    (facts) => {
      const changed = answers((answer, index) => (index === 0 ? { ...answer, status: 503 } : answer))(facts);
      return {
        ...changed,
        answers: changed.answers.map((answer) => ({ ...answer, contentType: "application/problem+json" })),
        emf: changed.emf.map((line) =>
          line.requestId === "request-0" ? { ...line, values: { ...line.values, Fault: 1 } } : line,
        ),
      };
    },
    ["a 5xx only while the service failed or a breaker was open"],
  ],
  [
    "a request was lost",
    answers((answer, index) => (index === 0 ? { ...answer, status: 0 } : answer)),
    ["no request was lost or crashed"],
  ],
  [
    "the service does not create users at the end",
    answers((answer, index) => (index === 14 ? { ...answer, status: 200 } : answer)),
    ["reads and writes work at the end"],
  ],
  [
    "the last phase is missing",
    (facts) => ({ ...facts, phases: facts.phases.slice(0, -1) }),
    ["reads and writes work at the end"],
  ],
];

describe("a check fails when", () => {
  test.each(tampered)("%s", (_, tamper, names) => {
    expect(failing(tamper(recordedFacts()))).toEqual(names);
  });

  test("every check is covered by a case above", () => {
    const all = runChecks(recordedFacts(), expected).map(({ name }) => name);
    const seen = new Set(tampered.flatMap(([, , names]) => names));
    expect(all.filter((name) => !seen.has(name))).toEqual([]);
  });
});

test("a breaker that reopens before it closes counts as open all the time", () => {
  const change = (at: number, environmentId: string, to: "open" | "half-open" | "closed") => {
    return { at, environmentId, requestId: undefined, to, reason: undefined };
  };
  const changes = [
    change(1, "a", "open"),
    change(2, "b", "open"),
    change(3, "a", "half-open"),
    change(4, "a", "open"),
    change(5, "a", "closed"),
  ];
  expect(openSpans(changes)).toEqual([
    { from: 1, to: 5, environmentId: "a" },
    { from: 2, to: Infinity, environmentId: "b" },
  ]);
});

describe("with limits in a table", () => {
  const [flooding] = recordedFacts().answers.filter(({ client, status }) => client === floodClient && status === 200);

  /** A run whose flood was admitted this often in one second. */
  function admitted(times: number) {
    const flood = Array.from({ length: times }, (_, index) => {
      const startedAt = (flooding as Answer).startedAt + (index * 1_000) / times;
      return { ...(flooding as Answer), startedAt, endedAt: startedAt };
    });
    const checks = runChecks({ ...recordedFacts(), answers: flood }, { ...expected, sharedLimits: true });
    return checks.find(({ name }) => name === "all environments count the flood together");
  }

  test("each second of the clock admits ten", () => {
    expect(admitted(20)).toMatchObject({ ok: true, detail: "20 admitted of 20 at most" });
    expect(admitted(21)).toMatchObject({ ok: false });
  });

  test("the check is left out of a run whose environments count for themselves", () => {
    expect(runChecks(recordedFacts(), { ...expected, sharedLimits: true })).toHaveLength(23);
    expect(runChecks(recordedFacts(), expected)).toHaveLength(22);
  });
});
