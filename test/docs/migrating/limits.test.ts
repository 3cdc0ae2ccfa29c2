/** The examples of docs/migrating.md that limit: the code before and after does the same. */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { run } from "../../support/install.ts";
import * as flexibleAfter from "./rate-limiter-flexible.after.ts";
import * as flexibleBefore from "./rate-limiter-flexible.before.ts";

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

// In a process of its own, because under Vitest's conditions Express would require the ES modules of its dependencies.
test.each(["before", "after"])("express-rate-limit, %s: the 101st request of an address is rejected", async (when) => {
  const send = join(import.meta.dirname, "send.ts");
  const { stdout } = await run(process.execPath, [
    "--conditions=@midguard/source",
    send,
    `express-rate-limit.${when}.ts`,
  ]);
  const answers: readonly Answer[] = JSON.parse(stdout);
  const [rejected, other] = answers.slice(100);
  expect(answers.slice(0, 100).map(({ statusCode, body }) => `${statusCode} ${body}`)).toEqual(
    Array(100).fill("200 Hello 7"),
  );
  expect(rejected?.statusCode).toBe(429);
  expect(Object.keys(rejected?.headers ?? {}).map((name) => name.toLowerCase())).toContain("retry-after");
  expect(other?.statusCode).toBe(200);
});

describe("rate-limiter-flexible", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test.each([
    ["before", flexibleBefore.mayMail],
    ["after", flexibleAfter.mayMail],
  ])("%s: the fourth mail in a minute is rejected", async (_, mayMail) => {
    const mails = [await mayMail("u1"), await mayMail("u1"), await mayMail("u1"), await mayMail("u1")];
    expect(mails).toEqual([true, true, true, false]);
    expect(await mayMail("u2")).toBe(true);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(await mayMail("u1")).toBe(true);
  });

  test.each([
    ["before: rejected mails use up the day", flexibleBefore.mayMail, false],
    ["after: rejected mails take nothing", flexibleAfter.mayMail, true],
  ])("%s", async (_, mayMail, left) => {
    vi.setSystemTime("2026-01-01T12:00:00Z");
    for (let mail = 1; mail <= 50; mail += 1) await mayMail("u3");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(await mayMail("u3")).toBe(left);
  });
});
