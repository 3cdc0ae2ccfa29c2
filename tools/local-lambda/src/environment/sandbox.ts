import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { FunctionConfig } from "../function-config.ts";
import { readLines } from "./log-lines.ts";
import { processesOf } from "./processes.ts";

/** The process of one environment, with everything it has spawned. */
export interface Sandbox {
  /** Also the ID of its process group; `undefined` if it could not be started. */
  readonly pid: number | undefined;
  readonly frozen: boolean;
  freeze(): void;
  thaw(): void;
  /** Also ends a frozen process. */
  kill(): void;
  /** Highest resident memory so far, in MB; 0 without `/proc`. */
  peakMemoryMb(): number;
}

/** The output and the end of a process. */
export interface SandboxListener {
  onLine(source: "stdout" | "stderr", line: string): void;
  /** The process has ended and all its output has been read. */
  onClose(exit: SandboxExit): void;
}

/** The exit of a process. */
export interface SandboxExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why no process could be started. */
  readonly error?: Error;
}

const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const stdioPreload = new URL(`../runtime/blocking-stdio${extension}`, import.meta.url).href;

/** Starts the runtime client of a function in its own process. */
export function startSandbox(
  config: FunctionConfig,
  environmentId: string,
  env: Record<string, string>,
  { onLine, onClose }: SandboxListener,
): Sandbox {
  const child = spawn(process.execPath, ["--import", stdioPreload, ...config.execArgv, config.runtimeClient], {
    cwd: config.taskRoot,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    // Its own process group: signals reach the function's children too, and Ctrl-C does not reach it directly.
    detached: true,
  });
  let frozen = false;
  let peak = 0;
  readLines(child.stdout, (line) => onLine("stdout", line));
  readLines(child.stderr, (line) => onLine("stderr", line));
  // Children of the function end with it: otherwise they keep stdout open and `close` is never emitted.
  child.on("exit", killAll);
  child.on("close", (code, name) => onClose({ code, signal: name }));
  child.on("error", (error) => {
    // Without a process, `close` is never emitted.
    if (child.pid === undefined) onClose({ code: null, signal: null, error });
  });

  return {
    pid: child.pid,
    get frozen() {
      return frozen;
    },
    freeze() {
      frozen = true;
      signal("SIGSTOP");
    },
    thaw() {
      if (frozen) signal("SIGCONT");
      frozen = false;
    },
    kill: killAll,
    peakMemoryMb() {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, "latin1");
        const at = status.indexOf("VmHWM:");
        if (at !== -1) peak = Math.round(Number.parseInt(status.slice(at + 6), 10) / 1_024);
      } catch {
        // The process has ended: return the last figure.
      }
      return peak;
    },
  };

  function signal(name: NodeJS.Signals): void {
    if (child.pid !== undefined) send(-child.pid, name);
  }

  /** Also ends processes that left the group. */
  function killAll(): void {
    if (child.pid === undefined) return;
    const others = processesOf(environmentId, child.pid);
    signal("SIGKILL");
    for (const pid of others) send(pid, "SIGKILL");
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
