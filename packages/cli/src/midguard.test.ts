import { join } from "node:path";
import { createRateLimiter } from "@midguard/rate-limit";
import { afterEach, describe, expect, test, vi } from "vitest";
import { limiter as shared } from "../fixtures/shared.ts";
import { midguard } from "./index.ts";

const cwd = join(import.meta.dirname, "../fixtures");

/** Runs a command line in this process. */
async function run(...args: readonly string[]) {
  let [out, err] = ["", ""];
  const exitCode = await midguard(args, {
    cwd,
    version: "1.2.3",
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { exitCode, out, err };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("midguard", () => {
  test("prints its version and its help", async () => {
    expect(await run("--version")).toEqual({ exitCode: 0, out: "1.2.3\n", err: "" });
    expect(await run("--help")).toMatchObject({ exitCode: 0, out: expect.stringMatching(/limit.*Exit codes: 0/s) });
    expect(await run("limit", "peek", "--help")).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining("--config"),
    });
  });

  test.each([[[]], [["limit"]]])("prints its help as an error if a command is missing: %j", async (args) => {
    expect(await run(...args)).toEqual({ exitCode: 2, out: "", err: expect.stringMatching(/^Usage: midguard/) });
  });

  test.each([
    [["limt"], "unknown command 'limt'"],
    [["limit", "pek"], "unknown command 'pek'"],
    [["limit", "peek"], "required option '-c, --config <module>' not specified"],
    [["limit", "peek", "--config", "shared.ts"], "missing required argument 'key'"],
    [["limit", "peek", "a", "b", "--config", "shared.ts"], "too many arguments"],
    [["limit", "peek", "a", "--config", "shared.ts", "--jsn"], "unknown option '--jsn' (Did you mean --json?)"],
  ])("reports a mistake in one line: %j", async (args, message) => {
    const { exitCode, out, err } = await run(...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(/^midguard: [^\n]+\n$/);
    expect(err).toContain(message);
  });

  test("rejects if its output cannot be printed", async () => {
    const out = () => {
      throw new Error("closed");
    };
    const printed = midguard(["limit", "peek", "a", "-c", "shared.ts"], { cwd, version: "1", out, err: out });
    await expect(printed).rejects.toThrow("closed");
  });
});

describe("midguard limit", () => {
  const limits = createRateLimiter(shared);

  test("peeks at a key: what is left of each limit, without taking", async () => {
    await limits.take("peeked");
    const first = await run("limit", "peek", "peeked", "--config", "shared.ts");
    expect(first).toMatchObject({ exitCode: 0, err: "" });
    const [state, space, ...rows] = first.out.split("\n");
    expect([state, space]).toEqual(["peeked is under its limits", ""]);
    expect(rows[0]).toMatch(/^limit +remaining +of +full again in$/);
    expect(rows[1]).toMatch(/^10-per-1s +\d+ +10 +(now|\d s)$/);
    expect(rows[2]).toMatch(/^3-per-year +2 +3 +\d+ /);
    expect((await limits.peek("peeked"))[1]?.remaining).toBe(2);
  });

  test("exits with 1 if nothing is left of a limit", async () => {
    for (let take = 0; take < 3; take += 1) await limits.take("limited");
    const { exitCode, out } = await run("limit", "peek", "limited", "--config", "shared.ts");
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^limited is over a limit\n/);
  });

  test("prints JSON for scripts", async () => {
    await limits.take("json");
    const { out } = await run("limit", "peek", "json", "-c", "shared.ts", "--json");
    expect(JSON.parse(out)).toEqual({
      key: "json",
      limited: false,
      limits: [
        { name: "10-per-1s", limit: 10, remaining: expect.any(Number), resetAfterMs: expect.any(Number) },
        { name: "3-per-year", limit: 3, remaining: 2, resetAfterMs: expect.any(Number) },
      ],
    });
    const reset = await run("limit", "reset", "json", "-c", "shared.ts", "--json");
    expect(JSON.parse(reset.out)).toEqual({ key: "json", reset: true });
  });

  test("resets a key", async () => {
    for (let take = 0; take < 3; take += 1) await limits.take("lifted");
    const { exitCode, out } = await run("limit", "reset", "lifted", "--config", "shared.ts");
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: "lifted is reset\n" });
    expect((await limits.peek("lifted"))[1]?.remaining).toBe(3);
  });

  test.each([
    ["nowhere.ts", "--config nowhere.ts: there is no such file"],
    ["no-export.ts", '--config no-export.ts exports no options of a limiter, neither as "limiter" nor as default'],
    ["throws.ts", "--config throws.ts cannot be loaded: LIMITS_TABLE is not set"],
    ["bad-options.ts", '--config bad-options.ts: TypeError: createRateLimiter: unknown option nmae ("api")'],
    [
      "memory.ts",
      "--config memory.ts counts in memory, which other processes cannot see: it needs a store that is shared",
    ],
    ["memory-store.ts", "--config memory-store.ts counts in memory, which"],
  ])("refuses the config %s as a mistake", async (config, message) => {
    for (const command of ["peek", "reset"]) {
      const { exitCode, out, err } = await run("limit", command, "a", "--config", config);
      expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
      expect(err).toContain(`midguard: ${message}`);
    }
  });

  test("refuses an empty key", async () => {
    const answer = await run("limit", "peek", "", "--config", "shared.ts");
    expect(answer).toEqual({ exitCode: 2, out: "", err: "midguard: the key must not be empty\n" });
  });

  test("exits with 3 if the store fails", async () => {
    const store = { ...shared.store, peek: () => Promise.reject(new Error("no table")) };
    const { limiter } = await import("../fixtures/shared.ts");
    const peek = vi.spyOn(limiter.store as typeof store, "peek").mockImplementation(store.peek);
    const answer = await run("limit", "peek", "a", "--config", "shared.ts");
    expect(answer).toEqual({ exitCode: 3, out: "", err: "midguard: the store failed: no table\n" });
    peek.mockRestore();
  });

  test("gives up on a config that waits for ever", async () => {
    vi.useFakeTimers();
    const answer = run("limit", "peek", "a", "--config", "waits.ts");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answer).toEqual({
      exitCode: 3,
      out: "",
      err: "midguard: --config waits.ts did not load within 10 s: it may wait for a server that is down\n",
    });
  });
});
