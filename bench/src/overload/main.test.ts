import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const main = fileURLToPath(new URL("../../dist/overload/main.js", import.meta.url));
const canRun = existsSync(main) || process.env.CI === "true";
if (!canRun) console.warn("bench is not built: its simulation is not tested");

test.skipIf(!canRun)("prints a table, and writes a page", { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "overload-"));
  try {
    const page = join(folder, "page.html");
    const args = ["--scenario", "5 environments", "--contestant", "no retry", "--seeds", "2", "--page", page];
    const { stdout } = await promisify(execFile)(process.execPath, [main, ...args]);
    expect(stdout).toContain("| no retry | 0 % | 100 % | 0 s | 1.00 | 0 | 0 | 0 | 0 |");
    expect(await readFile(page, "utf8")).toContain("5 environments, 0.1 calls/s each");
  } finally {
    await rm(folder, { recursive: true });
  }
});
