import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { comparisons } from "./comparisons/index.ts";
import { targets } from "./targets.ts";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const canRun = existsSync(main) || process.env.CI === "true";
if (!canRun) console.warn("bench is not built: its run is not tested");

interface Saved {
  readonly results: readonly { readonly name: string; readonly figures: readonly object[] }[];
  readonly targets: readonly {
    readonly says: string;
    readonly measured: { median: unknown };
  }[];
}

describe.skipIf(!canRun)("bench, quickly", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bench-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  function bench(...args: readonly string[]): Promise<{ stdout: string }> {
    return promisify(execFile)(process.execPath, [main, "--quick", "--out", folder, ...args]);
  }

  it("has a figure for every target, and writes what it found", { timeout: 300_000 }, async () => {
    // Comparisons without a target are left out: the processes that they start take seconds.
    const names = comparisons.map(({ name }) => name).filter((name) => targets.some((one) => one.comparison === name));
    const { stdout } = await bench(...names);
    const saved = JSON.parse(await readFile(join(folder, "results.json"), "utf8")) as Saved;
    expect(saved.results.map(({ name }) => name)).toEqual(names);
    expect(saved.targets.map(({ says }) => says).sort()).toEqual(targets.map(({ says }) => says).sort());
    for (const { says, measured } of saved.targets) expect([says, typeof measured.median]).toEqual([says, "number"]);
    const page = await readFile(join(folder, "results.html"), "utf8");
    for (const { says } of targets) expect([stdout.includes(says), says]).toEqual([true, says]);
    for (const name of names) expect(page).toContain(`id="${name}"`);
    const markdown = await readFile(join(folder, "results.md"), "utf8");
    for (const { says } of targets) expect(markdown).toContain(`| ${says} |`);
  });

  it("fails if a target is missed and it is asked to check", { timeout: 60_000 }, async () => {
    // The table that a store starts with is too large for the few keys of a quick run.
    await expect(bench("memory-bytes")).resolves.toMatchObject({ stdout: expect.stringContaining("MISSED") });
    await expect(bench("--check", "memory-bytes")).rejects.toMatchObject({ code: 1 });
  });

  it("passes a check if no target is missed", { timeout: 60_000 }, async () => {
    await expect(bench("--check", "size")).resolves.toMatchObject({ stdout: expect.not.stringContaining("MISSED") });
  });

  it("makes the folder for what it writes", { timeout: 60_000 }, async () => {
    const inside = join(folder, "made", "for", "it");
    await promisify(execFile)(process.execPath, [main, "--quick", "--out", inside, "size"]);
    expect(JSON.parse(await readFile(join(inside, "results.json"), "utf8"))).toMatchObject({ effort: "quick" });
  });

  it.each([
    ["nonsense", "no such comparison: nonsense"],
    ["--nonsense", "Unknown option '--nonsense'"],
  ])("does not know %s, and says what it does", { timeout: 60_000 }, async (argument, message) => {
    const refused = bench(argument);
    await expect(refused).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
    await expect(refused).rejects.toMatchObject({ stderr: expect.stringContaining("usage: bench") });
  });
});
