/**
 * Copies an example into a folder of its own, in which npm installs it without this repository: with the versions of its
 * dependencies, and with our packages as tarballs until they are on npm. Run after a build: `copy-example users-api ../users`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { pack, packInto } from "./pack.ts";

type Dependencies = Record<string, string>;

interface Manifest {
  name: string;
  scripts: Record<string, string>;
  dependencies: Dependencies;
  devDependencies: Dependencies;
}

const root = resolve(import.meta.dirname, "..");

function json<T>(...path: readonly string[]): T {
  return JSON.parse(readFileSync(join(...path), "utf8")) as T;
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** The paths of our packages' tarballs by name. Tools that are not published are packed too, since tests may use them. */
function packOurs(folder: string, names: readonly string[]): Map<string, string> {
  mkdirSync(folder);
  const published = packInto(folder);
  const packed = new Set(published.map(nameOf));
  const tools = names.filter((name) => !packed.has(name)).map((name) => pack(name, folder));
  return new Map([...published, ...tools].map((tarball) => [nameOf(tarball), `file:packages/${basename(tarball)}`]));
}

function nameOf(tarball: string): string {
  return basename(tarball).replace(/^midguard-(.*)-\d+\.\d+\.\d+.*\.tgz$/, "@midguard/$1");
}

/** Copies an example into a folder that does not exist or is empty. */
export function copyExample(example: string, target: string): void {
  if (existsSync(target) && readdirSync(target).length > 0) throw new Error(`${target} is not empty`);
  const source = join(root, "examples", example);
  const { name } = json<Manifest>(source, "package.json");
  mkdirSync(target, { recursive: true });
  // As packed, the manifest has versions in place of the workspace's catalog.
  const folder = mkdtempSync(join(tmpdir(), "midguard-example-"));
  try {
    execFileSync("tar", ["-xzf", pack(name, folder), "--strip-components=1", "-C", target]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const manifest = json<Manifest>(target, "package.json");
  const lists = [manifest.dependencies, manifest.devDependencies];
  const ours = lists.flatMap((list) => Object.keys(list).filter((key) => key.startsWith("@midguard/")));
  const tarballs = packOurs(join(target, "packages"), ours);
  for (const list of lists) for (const key of Object.keys(list)) list[key] = tarballs.get(key) ?? list[key] ?? "";
  // The copy has no sources of our packages.
  for (const [script, command] of Object.entries(manifest.scripts)) {
    manifest.scripts[script] = command.replace(" --conditions=@midguard/source", "");
  }
  writeJson(join(target, "package.json"), manifest);
  const { compilerOptions } = json<{ compilerOptions: object }>(root, "tsconfig.base.json");
  const standalone = { ...compilerOptions, composite: false, isolatedDeclarations: false, noEmit: true };
  writeJson(join(target, "tsconfig.json"), { compilerOptions: standalone, include: ["src"] });
}

if (process.argv[1] === import.meta.filename) {
  const [, , example, target] = process.argv;
  if (example === undefined || target === undefined) {
    console.error("Usage: pnpm copy-example <example> <folder>");
    process.exitCode = 2;
  } else {
    copyExample(example, resolve(target));
    console.log(`Copied to ${resolve(target)}. There: npm install, npm test, npm run bundle`);
  }
}
