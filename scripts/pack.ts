/** Packs every published package, as it would be published, into the folder given. Run after a build. */
import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

/** Returns the paths of the tarballs. */
export function packInto(folder: string): readonly string[] {
  const { npm_execpath: running = "" } = process.env;
  const [command, ...args] = running.endsWith("pnpm") ? [running] : ["npx", "-y", "pnpm@12"];
  const pack = ["--recursive", "--filter", "./packages/*", "pack", "--pack-destination", folder];
  execFileSync(command, [...args, ...pack], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  return globSync("midguard-*.tgz", { cwd: folder })
    .sort()
    .map((file) => join(folder, file));
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(packInto(resolve(process.argv[2] ?? "."))));
