import { type Answer, type CircuitChange, type Facts, type Logged, within } from "./facts.ts";
import { total } from "./summary.ts";

/** A statement about the observed facts that must hold. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** The figures that decided. */
  readonly detail: string;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function check(name: string, ok: boolean, detail: string): Check {
  return { name, ok, detail };
}

function equal(name: string, [leftName, left]: [string, number], [rightName, right]: [string, number]): Check {
  return check(name, left === right, `${left} ${leftName}, ${right} ${rightName}`);
}

function overlaps({ startedAt, endedAt }: Answer, { from, to }: Span): boolean {
  return startedAt <= to && endedAt >= from;
}

/** The spans in which a breaker was not closed, by environment. A span without a closing ends at `Infinity`. */
export function openSpans(changes: readonly CircuitChange[]): (Span & { readonly environmentId: string })[] {
  const spans: (Span & { readonly environmentId: string })[] = [];
  const openedAt = new Map<string, number>();
  for (const { to, at, environmentId } of changes) {
    const from = openedAt.get(environmentId);
    if (to === "open" && from === undefined) openedAt.set(environmentId, at);
    if (to === "closed" && from !== undefined) {
      spans.push({ from, to: at, environmentId });
      openedAt.delete(environmentId);
    }
  }
  for (const [environmentId, from] of openedAt) spans.push({ from, to: Infinity, environmentId });
  return spans;
}

/** The spans in which the downstream service reported that it fails calls. */
function troubles({ downstream }: Facts): Span[] {
  return downstream.flatMap(({ mode, at: from }, index) =>
    mode === "healthy" || mode === "slow" ? [] : [{ from, to: downstream[index + 1]?.at ?? Infinity }],
  );
}

/** Whether no two lines belong to the same invocation. */
function distinct(lines: readonly Logged[]): boolean {
  return new Set(lines.map(({ requestId }) => requestId)).size === lines.length;
}

function requestChecks({ answers, emf, handled, invalid }: Facts): Check[] {
  const lines = emf.filter(({ kind }) => kind === "request");
  const admitted = answers.filter(({ status }) => status !== 429);
  const real = handled.filter(({ rehearsal }) => !rehearsal);
  const client = answers.filter(({ status }) => status >= 400 && status < 500);
  const server = answers.filter(({ status }) => status >= 500);
  const problems = [...client, ...server].filter(({ contentType }) => contentType !== "application/problem+json");
  return [
    check(
      "CloudWatch accepts every EMF line",
      emf.length > 0 && invalid.length === 0,
      [`${emf.length} valid, ${invalid.length} not`, ...invalid.slice(0, 1)].join(": "),
    ),
    check(
      "each answer has its line of metrics",
      lines.length === answers.length && distinct(lines),
      `${answers.length} answers, ${lines.length} request lines`,
    ),
    check(
      "each admitted request reached the handler once",
      real.length === admitted.length && distinct(real),
      `${admitted.length} admitted, ${real.length} handled`,
    ),
    equal("4xx answers are the metrics' errors", ["answers", client.length], ["in Error", total(lines, "Error")]),
    equal("5xx answers are the metrics' faults", ["answers", server.length], ["in Fault", total(lines, "Fault")]),
    check("each error is a problem document", problems.length === 0, `${problems.length} of another type`),
  ];
}

function warmupChecks({ pings, emf, handled }: Facts, asked: number): Check[] {
  const ids = new Set(pings.map(({ requestId }) => requestId));
  const environments = new Set(pings.map(({ environmentId }) => environmentId)).size;
  const rehearsals = handled.filter(({ rehearsal }) => rehearsal);
  const rehearsed = rehearsals.filter(({ requestId = "" }) => ids.has(requestId));
  const reached = handled.filter(({ requestId = "", rehearsal }) => ids.has(requestId) && !rehearsal).length;
  const measured = emf.filter(({ requestId = "", kind }) => ids.has(requestId) && kind === "request").length;
  const primed = pings.filter((ping) => ping.primed).length;
  return [
    check(
      "the wanted number of environments was warmed",
      environments === asked,
      `${environments} of ${asked} distinct`,
    ),
    equal(
      "pings answered are the metrics' pings",
      ["answered", pings.length],
      ["in WarmupPing", total(emf, "WarmupPing")],
    ),
    check(
      "no ping reached the handler",
      reached + measured === 0,
      `${reached} handled, ${measured} counted as requests`,
    ),
    check(
      "each ping rehearsed once",
      [primed, rehearsals.length, rehearsed.length].every((count) => count === pings.length) && distinct(rehearsals),
      `${primed} primed, ${rehearsals.length} rehearsals`,
    ),
  ];
}

function rateLimitChecks({ answers, emf }: Facts, floodClient: string): Check[] {
  const throttled = answers.filter(({ status }) => status === 429);
  const others = throttled.filter(({ client }) => client !== floodClient);
  const unsaid = throttled.filter(({ retryAfter }) => !(Number(retryAfter) >= 1));
  return [
    check("the flood was throttled", throttled.length > 0, `${throttled.length} answers with 429`),
    equal(
      "429 answers are the metrics' throttles",
      ["answers", throttled.length],
      ["in Throttled", total(emf, "Throttled")],
    ),
    check("only the flooding address was throttled", others.length === 0, `${others.length} others`),
    check("each 429 says when to come again", unsaid.length === 0, `${unsaid.length} without Retry-After`),
  ];
}

/** With a shared table: each second of the clock admits ten, and the flood may touch one more than it lasts. */
function sharedLimitCheck({ answers }: Facts, floodClient: string): Check {
  const flood = answers.filter(({ client }) => client === floodClient);
  const admitted = flood.filter(({ status }) => status !== 429).length;
  const from = Math.min(...flood.map(({ startedAt }) => startedAt));
  const to = Math.max(...flood.map(({ endedAt }) => endedAt));
  const most = 10 * (Math.ceil((to - from) / 1_000) + 1);
  return check(
    "all environments count the flood together",
    admitted <= most,
    `${admitted} admitted of ${most} at most`,
  );
}

function breakerChecks(facts: Facts): Check[] {
  const { circuit, emf, answers } = facts;
  const opened = circuit.filter(({ to }) => to === "open");
  const trouble = troubles(facts);
  const early = opened.filter(({ at }) => !trouble.some(({ from }) => at >= from));
  const during = opened.filter(({ at }) => trouble.some(({ from, to }) => at >= from && at <= to));
  const spans = openSpans(circuit);
  const still = spans.filter(({ to }) => to === Infinity);
  const retries = total(emf, "RetryAttempts");
  // A 5xx has one of two causes: the service failed during the request, or a breaker was open.
  const unexplained = answers
    .filter(({ status }) => status >= 500)
    .filter((answer) => ![...trouble, ...spans].some((span) => overlaps(answer, span)));
  const lost = answers.filter(({ status }) => status === 0 || status === 500 || status === 504);
  return [
    check("failed calls were retried", retries > 0, `${retries} retries`),
    check("a breaker opened while the service failed", during.length > 0, `${during.length} times`),
    check("no breaker opened before the service failed", early.length === 0, `${early.length} did`),
    check(
      "each breaker that opened closed again",
      spans.length > 0 && still.length === 0,
      `${still.length} of ${spans.length} still open`,
    ),
    equal(
      "breakers opened as the metrics say",
      ["in the log", opened.length],
      ["in CircuitOpened", total(emf, "CircuitOpened")],
    ),
    check(
      "a 5xx only while the service failed or a breaker was open",
      unexplained.length === 0,
      `${unexplained.length} others`,
    ),
    check("no request was lost or crashed", lost.length === 0, `${lost.length} with no answer, 500 or 504`),
  ];
}

function calmCheck(facts: Facts): Check {
  const calm = facts.phases.find(({ name }) => name === "calm");
  const answers = calm === undefined ? [] : within(facts.answers, calm);
  const statuses = new Set(answers.map(({ status }) => status));
  const bad = answers.filter(({ status }) => status >= 500 || status === 429).length;
  const served = statuses.has(200) && statuses.has(201);
  return check("reads and writes work at the end", served && bad === 0, `${answers.length} answers, ${bad} refused`);
}

/** What is known of a run before it starts. */
export interface Expected {
  /** The number of environments to warm. */
  readonly warmed: number;
  /** The address that exceeds the limit. */
  readonly floodClient: string;
  /** Limits are counted in a table, once for all environments. */
  readonly sharedLimits: boolean;
}

/** Checks the observed facts: figures that are counted in two places must agree, and every failure must have a cause. */
export function runChecks(facts: Facts, { warmed, floodClient, sharedLimits }: Expected): Check[] {
  return [
    ...requestChecks(facts),
    ...warmupChecks(facts, warmed),
    ...rateLimitChecks(facts, floodClient),
    ...(sharedLimits ? [sharedLimitCheck(facts, floodClient)] : []),
    ...breakerChecks(facts),
    calmCheck(facts),
  ];
}
