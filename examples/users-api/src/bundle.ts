import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";

/** How the function is bundled for deployment: one ES module, with everything in it. */
export const bundleOptions: BuildOptions = {
  absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
  entryPoints: ["src/handler.ts"],
  outfile: "dist/bundle/handler.mjs",
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  mainFields: ["module", "main"],
  // The workspace's own packages from their sources, so that nothing has to be built first.
  conditions: ["@midguard/source"],
  minify: true,
  keepNames: true,
  // Some of the bundled packages are CommonJS and call require for Node's own modules.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  logLevel: "info",
};

if (process.argv[1] === import.meta.filename) await build(bundleOptions);
