import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built file of this name beside this one. */
export function scriptPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Runs Node and gives what it printed, as JSON; `undefined` where it crashed. */
export function runNode(args: readonly string[]): Promise<unknown> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 2 ** 26 }, (error, stdout) => {
      resolve(error === null ? JSON.parse(stdout) : undefined);
    });
  });
}
