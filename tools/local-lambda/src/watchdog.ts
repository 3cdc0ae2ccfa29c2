import { spawn } from "node:child_process";

/** Kills the environments when this process is gone, however it went. */
export interface Watchdog {
  /** Replaces the list of processes to kill. */
  watch(pids: readonly number[]): void;
  stop(): void;
}

// Keeps the last line it read, a list of process groups, and kills them at the end of its input: a stopped process notices
// nothing itself, and our own exit handlers do not run when we are killed.
const script = "while read -r line; do pids=$line; done; for pid in $pids; do kill -s KILL -- -$pid; done 2>/dev/null";

export function startWatchdog(): Watchdog {
  const shell = spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  // It must not keep this process alive; its input ends with us.
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
