import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";

/** Bundles the functions for deployment, each as one ES module without dependencies. */
export const bundleOptions: BuildOptions = {
  absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
  entryPoints: ["src/orders.ts", "src/products.ts", "src/warmer.ts"],
  outdir: "dist/bundle",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  mainFields: ["module", "main"],
  // Bundles the workspace's packages from their sources, so no build is needed first.
  conditions: ["@midguard/source"],
  minify: true,
  keepNames: true,
  // Some bundled packages are CommonJS and `require` modules of Node.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  logLevel: "info",
};

if (process.argv[1] === import.meta.filename) await build(bundleOptions);
