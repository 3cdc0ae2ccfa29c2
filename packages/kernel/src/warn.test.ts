import { afterEach, expect, test, vi } from "vitest";
import { createWarnOnce, warn } from "./warn.ts";

const emitted = vi.spyOn(process, "emitWarning").mockImplementation(() => {});

afterEach(() => emitted.mockClear());

test("a warning names what went wrong", () => {
  warn("rateLimit: key threw", new Error("boom"));
  expect(emitted).toHaveBeenCalledExactlyOnceWith("rateLimit: key threw: Error: boom", "MidguardWarning");
});

test("a value that cannot be made a string is named by its type", () => {
  warn("rateLimit: key threw", Object.create(null));
  expect(emitted).toHaveBeenCalledExactlyOnceWith("rateLimit: key threw: object", "MidguardWarning");
});

test("warns once of each subject, and each owner for itself", () => {
  const warnOnce = createWarnOnce("metrics");
  for (const detail of [1, 2]) {
    warnOnce("route", "a route was dropped", detail);
    warnOnce("line", "a line was dropped", detail);
  }
  createWarnOnce("warmup")("route", "again", 3);
  expect(emitted.mock.calls.map(([message]) => message)).toEqual([
    "metrics: a route was dropped (reported once): 1",
    "metrics: a line was dropped (reported once): 1",
    "warmup: again (reported once): 3",
  ]);
});

test("text of others stays on one line, and is cut", () => {
  const forged = 'a\n{"_aws":{"CloudWatchMetrics":[]}}';
  warn(`circuit ${forged}`, forged.padEnd(10_000, "x"));
  const [text] = emitted.mock.lastCall as [string];
  expect(text).not.toContain("\n");
  expect(text.startsWith('circuit a\\n{"_aws"')).toBe(true);
  expect(text.length).toBeLessThan(500);
});
