import { spawn } from "node:child_process";

/** An environment and its process. */
interface Watched {
  readonly id: string;
  readonly pid: number;
}

/** Kills the environments when this process ends, even if it is killed. */
export interface Watchdog {
  /** Replaces the list of environments to kill. */
  watch(environments: readonly Watched[]): void;
  stop(): void;
}

// Kills the environments in the last line it read, at the end of its input. A stopped process cannot end itself, and exit
// handlers of this process do not run if it is killed. A process outside the group has the environment's ID in its variables.
const script = `
while read -r line; do environments=$line; done
exec 2>/dev/null
for environment in $environments; do
  kill -s KILL -- "-\${environment%:*}"
  for file in $(grep -lsF "\${environment#*:}" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    kill -s KILL "\${pid%/environ}"
  done
done`;

/** Starts the watchdog as a shell that reads from a pipe to this process. */
export function startWatchdog(): Watchdog {
  const shell = spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  // It must not keep this process alive. Its input ends with this process.
  shell.unref();
  shell.stdin.on("error", () => {});
  if ("unref" in shell.stdin && typeof shell.stdin.unref === "function") shell.stdin.unref();
  return {
    watch(environments) {
      shell.stdin.write(`${environments.map(({ pid, id }) => `${pid}:${id}`).join(" ")}\n`);
    },
    stop() {
      shell.stdin.end("\n");
    },
  };
}
