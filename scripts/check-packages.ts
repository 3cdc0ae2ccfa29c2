/** Packs every package as it would be published and lets publint and attw judge the tarballs. */
import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const pnpm = process.env.npm_execpath;
if (pnpm === undefined) throw new Error("Run this through pnpm: pnpm check");
const root = resolve(import.meta.dirname, "..");
const tarballs = mkdtempSync(join(tmpdir(), "midguard-pack-"));

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
}

try {
  run(pnpm, "--recursive", "--filter", "./packages/*", "pack", "--pack-destination", tarballs);
  for (const tarball of globSync("*.tgz", { cwd: tarballs }).sort()) {
    run("publint", "run", "--strict", join(tarballs, tarball));
    // ESM only, so that CommonJS loads it by require(esm) or import(). Prints nothing, good or bad; by hand without --quiet it tells more.
    run("attw", "--ignore-rules", "cjs-resolves-to-esm", "--quiet", join(tarballs, tarball));
  }
} finally {
  rmSync(tarballs, { recursive: true });
}
