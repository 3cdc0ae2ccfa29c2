import { type ExecFileException, execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built file of this name beside this one. */
export function scriptPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** V8 prints the reason, and then aborts the process. */
function isOutOfMemory({ signal }: ExecFileException, stderr: string): boolean {
  return signal === "SIGABRT" && stderr.includes("heap out of memory");
}

/** Runs Node and returns the last line that it printed, as JSON; `undefined` if its heap was full. Any other failure rejects. */
export function runNode(args: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""));
      else if (isOutOfMemory(error, stderr)) resolve(undefined);
      else reject(new Error(`node ${args.join(" ")} failed: ${stderr}`));
    });
  });
}
