/**
 * Builds the workspace. `tsc -b` compiles it, but writes only declarations for published packages; esbuild then bundles each
 * published package into one file per entry or command, and chunks for what they share.
 */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly default: string }>>;
  readonly bin?: Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dirname, "..");

/** Removes files of `dist` without a source: leftovers of renamed files and older chunks would be published too. */
function removeStale(folder: string, outputs: readonly string[]): void {
  for (const file of globSync("dist/**/*.{js,js.map,d.ts}", { cwd: folder })) {
    const source = file.replace(/^dist/, "src").replace(/\.d\.ts$/, ".ts");
    const isCurrent = file.endsWith(".d.ts") ? existsSync(join(folder, source)) : outputs.includes(file);
    if (!isCurrent) rmSync(join(folder, file));
  }
}

async function bundle(folder: string): Promise<void> {
  const { exports, bin = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const outputs = [...Object.values(exports).map((entry) => entry.default), ...Object.values(bin)];
  const entries = outputs.map((output) => {
    const out = output.replace(/^\.\/dist\/(.*)\.js$/, "$1");
    return { in: `./src/${out}.ts`, out };
  });
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: entries,
    outdir: "dist",
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    // Dependencies, peers and Node's own modules are loaded from where they are installed.
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node22",
    sourcemap: true,
    metafile: true,
    logLevel: "warning",
  });
  removeStale(folder, Object.keys(metafile.outputs));
}

execFileSync("tsc", ["-b"], { cwd: root, stdio: "inherit" });
await Promise.all(globSync("packages/*", { cwd: root }).map((folder) => bundle(join(root, folder))));
