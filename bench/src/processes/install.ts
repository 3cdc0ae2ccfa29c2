import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { scriptPath } from "./run.ts";

const run = promisify(execFile);

/**
 * Makes `folder` a project with our packages, installed from their tarballs, and the dependencies of bench, installed from
 * the registry in the same versions.
 */
export async function installPacked(folder: string): Promise<void> {
  const { stdout } = await run(process.execPath, [scriptPath("../../../scripts/pack.ts"), folder]);
  const manifest = JSON.parse(await readFile(scriptPath("../../package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const peers = Object.entries(manifest.dependencies).filter(([, version]) => /^\d/.test(version));
  const packages = [...(JSON.parse(stdout) as string[]), ...peers.map((peer) => peer.join("@")), "@middy/core@7"];
  await writeFile(`${folder}/package.json`, JSON.stringify({ type: "module", private: true }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...packages], { cwd: folder });
}
