// Preloaded into every environment. Node writes to a pipe without waiting: what exceeds the pipe's buffer would stay in
// the process, stuck while it is frozen and lost when it is killed. Blocking writes leave with the call that makes them.
interface Blockable {
  readonly _handle?: { setBlocking?(blocking: boolean): void };
}

for (const stream of [process.stdout, process.stderr] as Blockable[]) stream._handle?.setBlocking?.(true);
