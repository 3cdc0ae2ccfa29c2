/**
 * Builds the workspace. `tsc -b` compiles it, but writes only declarations for published packages; Rolldown then bundles each
 * published package into one file per entry or command, one for what they share, and one for what is loaded when it is needed.
 * A package with a function to deploy gets that as one file of its own.
 */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "rolldown";
import { bundleFunction } from "./bundle-function.ts";

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
  const names = outputs.map((output) => output.replace(/^\.\/dist\/(.*)\.js$/, "$1"));
  const { output } = await build({
    cwd: folder,
    input: Object.fromEntries(names.map((name) => [name, `./src/${name}.ts`])),
    platform: "node",
    // Lets kernel's "internal" hold what its other entries share.
    preserveEntrySignatures: "allow-extension",
    // Dependencies, peers and Node's own modules are loaded from where they are installed.
    external: /^[^./]/,
    transform: { target: "node22" },
    output: {
      dir: join(folder, "dist"),
      format: "esm",
      chunkFileNames: "[name].js",
      // One file of shared code, because another file takes longer to find and open than unused code takes to read.
      codeSplitting: {
        groups: [
          { name: "internal", test: /\/src\/internal\.ts$/ },
          { name: "shared", minShareCount: 2 },
        ],
      },
      comments: false,
      sourcemap: true,
    },
  });
  removeStale(
    folder,
    output.map(({ fileName }) => `dist/${fileName}`),
  );
  if (existsSync(join(folder, "src/function"))) await bundleFunction(folder);
}

execFileSync("tsc", ["-b"], { cwd: root, stdio: "inherit" });
await Promise.all(globSync("packages/*", { cwd: root }).map((folder) => bundle(join(root, folder))));
