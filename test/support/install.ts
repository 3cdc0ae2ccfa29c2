import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** Runs a program to its end. */
export const run = promisify(execFile);

/** Makes an empty project of ES modules, and installs what a user would: tarballs and packages of the registry. */
export async function install(project: string, ...packages: readonly string[]): Promise<void> {
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...packages], { cwd: project });
}
