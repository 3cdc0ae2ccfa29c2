import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build } from "esbuild";

/** Where packages are looked up: the built ones of this workspace, and the peers. */
const resolveDir = fileURLToPath(new URL("../..", import.meta.url));

const common: BuildOptions = {
  bundle: true,
  minify: true,
  format: "esm",
  platform: "node",
  target: "node22",
  mainFields: ["module", "main"],
  // Some packages are CommonJS and call require for Node's own modules.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
};

/** Bundles the module at `entry`, with everything that it imports but for `external`, into `outfile`. */
export async function bundleFile(outfile: string, entry: string, external: string[] = []): Promise<void> {
  await build({ ...common, entryPoints: [entry], outfile, external });
}

/** The bytes of `source`, bundled with what it imports but for `external`, minified and zipped as well as gzip can. */
export async function gzipBytes(source: string, external: string[]): Promise<number> {
  const stdin = { contents: source, resolveDir };
  const { outputFiles } = await build({ ...common, banner: {}, stdin, external, write: false });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}
