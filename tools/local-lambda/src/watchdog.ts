import { spawn } from "node:child_process";

/** Kills the environments when this process ends, even if it is killed. */
export interface Watchdog {
  /** Replaces the list of processes to kill. */
  watch(pids: readonly number[]): void;
  stop(): void;
}

// Kills the process groups in the last line it read, at the end of its input. A stopped process cannot end itself, and exit
// handlers of this process do not run if it is killed.
const script = "while read -r line; do pids=$line; done; for pid in $pids; do kill -s KILL -- -$pid; done 2>/dev/null";

/** Starts the watchdog as a shell that reads from a pipe to this process. */
export function startWatchdog(): Watchdog {
  const shell = spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  // It must not keep this process alive. Its input ends with this process.
  shell.unref();
  shell.stdin.on("error", () => {});
  if ("unref" in shell.stdin && typeof shell.stdin.unref === "function") shell.stdin.unref();
  return {
    watch(pids) {
      shell.stdin.write(`${pids.join(" ")}\n`);
    },
    stop() {
      shell.stdin.end("\n");
    },
  };
}
