/** Packs every package as it would be published and lets publint and attw judge the tarballs. Run through pnpm. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packInto } from "./pack.ts";

const folder = mkdtempSync(join(tmpdir(), "midguard-pack-"));

try {
  for (const tarball of packInto(folder)) {
    execFileSync("publint", ["run", "--strict", tarball], { stdio: "inherit" });
    // ESM only, so that CommonJS loads it by require(esm) or import(). Prints nothing, good or bad; by hand without --quiet it reports more.
    execFileSync("attw", ["--ignore-rules", "cjs-resolves-to-esm", "--quiet", tarball], { stdio: "inherit" });
  }
} finally {
  rmSync(folder, { recursive: true });
}
