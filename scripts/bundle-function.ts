import { join } from "node:path";
import { build } from "rolldown";

/**
 * Bundles `src/function/index.ts` of a package into one file that is deployed as it is: `index.mjs`, with everything in it but
 * the AWS SDK, which Lambda's Node runtimes have.
 */
export async function bundleFunction(
  folder: string,
  outputFolder: string = join(folder, "dist/function"),
): Promise<void> {
  await build({
    cwd: folder,
    input: { index: "./src/function/index.ts" },
    platform: "node",
    external: /^@aws-sdk\//,
    // Sources of our packages, because their bundles may be written at the same time.
    resolve: { conditionNames: ["@midguard/source", "node", "import"] },
    transform: { target: "node22" },
    output: { dir: outputFolder, format: "esm", entryFileNames: "[name].mjs", codeSplitting: false, comments: false },
  });
}
