import { expect, test } from "vitest";
import { runChecks } from "./checks.ts";
import { renderReport } from "./report.ts";
import { summarise } from "./summary.ts";
import { floodClient, recordedFacts } from "./testing/recorded-facts.ts";

function render(facts = recordedFacts()): string {
  return renderReport(facts, summarise(facts), runChecks(facts, { warmed: 2, floodClient, sharedLimits: false }), {
    floodClient,
    sharedLimits: false,
  });
}

/** Names of elements that are never closed, or closed in the wrong order. */
function unbalanced(html: string): string[] {
  const alone = new Set(["meta", "!doctype"]);
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, closing, name = "", self] of html.matchAll(/<(\/?)([!a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
    if (closing) {
      if (open.pop() !== name) wrong.push(name);
    } else if (!self && !alone.has(name)) open.push(name);
  }
  return [...wrong, ...open];
}

test("the page is well-formed and loads nothing else", () => {
  const html = render();
  expect(unbalanced(html)).toEqual([]);
  expect(html).not.toMatch(/https?:|src=|href=|@import|url\(/);
  expect(html).not.toMatch(/NaN|undefined|Infinity|\[object/);
});

test("the page shows a chart for statuses, throttles, breakers and latency", () => {
  const html = render();
  const labels = [...html.matchAll(/<svg viewBox="0 0 960 [^>]*aria-label="([^"]+)"/g)].map(([, label]) => label);
  expect(labels).toEqual([
    "All clients but the flood. 12 answers. 2xx: 6; 4xx, client error: 1; 429, over the limit: 0; 503, circuit open: 2; other 5xx: 3.",
    `The flooding address, ${floodClient}. 3 answers. admitted: 1; 429, over the limit: 2.`,
    "Circuit breaker, by environment. The service is healthy from 0.0 s, fails some from 6.0 s, fails all from 7.0 s, " +
      "slow recovery from 10.0 s, healthy from 14.0 s. Of 3 environments, 1 opened the circuit: 1 opening, 1 probe.",
    "Latency. p50 up to 600 ms; p90 up to 700 ms; p99 up to 700 ms.",
  ]);
  expect(html).toContain("p99: 700 ms");
  expect(html).toContain("env 1: open\n8.0 s to 11.9 s");
});

test("the flood and the other clients have scales of their own", () => {
  const flood = recordedFacts().answers.filter(({ client }) => client === floodClient);
  const answers = [
    ...recordedFacts().answers,
    ...Array.from({ length: 1_000 }, () => flood[0]).flatMap((a) => a ?? []),
  ];
  const charts = (html: string) => html.split("<figure>");
  expect(charts(render({ ...recordedFacts(), answers }))[1]).toBe(charts(render())[1]);
  expect(charts(render({ ...recordedFacts(), answers }))[2]).not.toBe(charts(render())[2]);
});

test("the page shows pings, retries, half-open circuits and the slow service", () => {
  const html = render();
  for (const text of ["env 1: warm-up ping", "env 1: retry", "env 1: half-open", "service: slow"]) {
    expect(html).toContain(`<title>${text}\n`);
  }
  expect(html).toMatch(/<text class="inside"[^>]*>slow recovery<\/text>/);
});

test("each chart is drawn for narrow screens too", () => {
  const html = render();
  expect(html.match(/<svg viewBox="0 0 440 /g)).toHaveLength(4);
  expect(html).toContain("@media (max-width: 700px)");
});

test("the page reports where limits are counted", () => {
  const facts = recordedFacts();
  const shared = renderReport(facts, summarise(facts), [], { floodClient, sharedLimits: true });
  expect(shared).toContain("Limits are counted in DynamoDB");
  expect(render()).toContain("All stores are in memory");
});

test("the page shows every check, and states how many fail", () => {
  const good = render();
  expect(good).toMatch(/All \d+ checks hold/);
  expect(good).not.toContain("✗");
  const bad = render({ ...recordedFacts(), invalid: ["{"] });
  expect(bad).toMatch(/1 of \d+ checks do not hold/);
  expect(bad).toContain("✗");
});

test("a run without any facts still renders a page", () => {
  const empty = Object.fromEntries(Object.keys(recordedFacts()).map((key) => [key, []])) as never;
  const html = render(empty);
  expect(unbalanced(html)).toEqual([]);
  expect(html).not.toMatch(/NaN|undefined/);
});
