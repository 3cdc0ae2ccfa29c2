/** Packs every published package, as it would be published, into the folder given. Run after a build. */
import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

function pnpmPack(filter: string, folder: string): void {
  const { npm_execpath: running = "" } = process.env;
  const [command, ...args] = running.endsWith("pnpm") ? [running] : ["npx", "-y", "pnpm@12"];
  const packing = ["--recursive", "--filter", filter, "pack", "--pack-destination", folder];
  execFileSync(command, [...args, ...packing], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}

/** Packs all published packages and returns the paths of the tarballs. */
export function packInto(folder: string): readonly string[] {
  pnpmPack("./packages/*", folder);
  return globSync("midguard-*.tgz", { cwd: folder })
    .sort()
    .map((file) => join(folder, file));
}

/** Packs one package of the workspace, by name, and returns the path of the tarball. */
export function pack(name: string, folder: string): string {
  pnpmPack(name, folder);
  const [file] = globSync(`${name.replace("@", "").replace("/", "-")}-*.tgz`, { cwd: folder });
  if (file === undefined) throw new Error(`There is no package ${name} in the workspace`);
  return join(folder, file);
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(packInto(resolve(process.argv[2] ?? "."))));
