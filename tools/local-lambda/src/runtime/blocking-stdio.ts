// Preloaded into every environment. Node buffers output that exceeds the buffer of a pipe: it would be stuck while the process
// is frozen, and lost when it is killed. A blocking write returns only when everything is in the pipe.
interface Blockable {
  readonly _handle?: { setBlocking?(blocking: boolean): void };
}

for (const stream of [process.stdout, process.stderr] as Blockable[]) stream._handle?.setBlocking?.(true);
