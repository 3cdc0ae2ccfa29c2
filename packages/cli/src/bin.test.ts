import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";

const cwd = join(import.meta.dirname, "../fixtures");
const bin = join(import.meta.dirname, "bin.ts");

/** Runs the command in a process of its own, on the sources. */
function run(...args: readonly string[]): Promise<{ exitCode: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["--conditions=@midguard/source", bin, ...args], { cwd }, (error, out, err) => {
      resolve({ exitCode: error === null ? 0 : error.code, out, err });
    });
  });
}

describe("the command midguard", () => {
  test("prints a result, and ends", async () => {
    const { exitCode, out, err } = await run("limit", "peek", "a", "--config", "shared.ts", "--json");
    expect([exitCode, JSON.parse(out)]).toEqual([0, expect.objectContaining({ key: "a", limited: false })]);
    expect(err).toBe("");
  });

  test("prints a failure, and ends with its exit code", async () => {
    const failure = await run("limit", "peek", "a", "--config", "nowhere.ts");
    expect(failure).toEqual({
      exitCode: 2,
      out: "",
      err: "midguard: --config nowhere.ts: there is no such file\n",
    });
  });

  test("ends if a client throws by itself", async () => {
    const broken = await run("limit", "peek", "a", "--config", "breaks.ts");
    expect(broken).toEqual({ exitCode: 3, out: "", err: "midguard: ECONNREFUSED\n" });
  });

  test("prints the version of its package, and ends with 3 after an uncaught exception", async () => {
    // In this process, so that its lines are counted as covered.
    const written: string[] = [];
    const exit = vi.spyOn(process, "exit").mockImplementation((() => {}) as never);
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, "write").mockImplementation(((text: string, done?: () => void) => {
        written.push(text);
        done?.();
        return true;
      }) as never);
    }
    const before = process.listeners("uncaughtException");
    vi.spyOn(process, "argv", "get").mockReturnValue(["node", "midguard", "--version"]);
    await import("./bin.ts");
    const [listener] = process.listeners("uncaughtException").filter((one) => !before.includes(one));
    listener?.(new Error("lost"), "uncaughtException");
    await vi.waitFor(() => expect(exit.mock.calls).toEqual([[0], [3]]));
    if (listener !== undefined) process.off("uncaughtException", listener);
    vi.restoreAllMocks();
    expect(written.join("")).toMatch(/^\d+\.\d+\.\d+\nmidguard: lost\n$/);
  });
});
