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
  const labels = [...html.matchAll(/aria-label="([^"]+)"/g)].map(([, label]) => label);
  expect(labels).toEqual([
    "Requests by status",
    `The flooding address, ${floodClient}`,
    "Circuit breaker, by environment",
    "Latency",
  ]);
  expect(html).toContain("429, over the limit: 2");
  expect(html).toContain("p99: 700 ms");
  expect(html).toContain("env 1: open\n8.0 s to 11.9 s");
});

test("the page shows every check, and states how many fail", () => {
  const good = render();
  expect(good).toMatch(/All \d+ checks hold/);
  expect(good).not.toContain("✗");
  const bad = render({ ...recordedFacts(), unreadable: ["{"] });
  expect(bad).toMatch(/1 of \d+ checks do not hold/);
  expect(bad).toContain("✗");
});

test("a run without any facts still renders a page", () => {
  const empty = Object.fromEntries(Object.keys(recordedFacts()).map((key) => [key, []])) as never;
  const html = render(empty);
  expect(unbalanced(html)).toEqual([]);
  expect(html).not.toMatch(/NaN|undefined/);
});
