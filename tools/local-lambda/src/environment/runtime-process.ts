import type { FunctionConfig } from "../function-config.ts";
import type { Invocation } from "../invocation.ts";
import { createInit, type Init } from "./init.ts";
import type { EnvironmentKind } from "./kind.ts";
import { createRuntimeApi, type RuntimeApiListener } from "./runtime-api.ts";
import { type Sandbox, type SandboxExit, type SandboxListener, startSandbox } from "./sandbox.ts";
import { environmentVariables } from "./variables.ts";

/** The process of an environment and the Runtime API that it talks to. */
export interface RuntimeProcess {
  readonly pid: number | undefined;
  readonly frozen: boolean;
  /** Whether it was killed or ended by itself. */
  readonly ended: boolean;
  /** Open calls of `next`; 0 once it has ended. */
  readonly waiting: number;
  readonly init: Init;
  freeze(): void;
  /** Wakes the process and answers its oldest call of `next`. The invocation ends at `deadline` (epoch ms). */
  send(invocation: Invocation, deadline: number): void;
  kill(): void;
  /** Highest resident memory so far, in MB. */
  peakMemoryMb(): number;
}

/** The events of a runtime process, and the invocations that its Runtime API asks for. */
export interface RuntimeProcessListener extends Omit<RuntimeApiListener, "initError">, Pick<SandboxListener, "onLine"> {
  /** The process is about to start. */
  onInitStart(): void;
  /** The process has started. */
  onStart(): void;
  onInitTimeout(): void;
  /** The process has ended and its output has been read; without an exit, there was no process. */
  onEnd(exit: SandboxExit | undefined): void;
}

/** Starts the Runtime API of an environment on a free port, then the process. */
export function startRuntimeProcess(
  config: FunctionConfig,
  kind: EnvironmentKind,
  environmentId: string,
  logStream: string,
  { next, onLine, onInitStart, onStart, onInitTimeout, onEnd, ...listener }: RuntimeProcessListener,
): RuntimeProcess {
  const init = createInit(config.initTimeoutMs, onInitTimeout);
  let sandbox: Sandbox | undefined;
  let ended = false;
  const api = createRuntimeApi({
    ...listener,
    next() {
      if (ended) return;
      init.complete();
      next();
    },
    initError(error) {
      init.fail(error);
      kill();
    },
  });
  api.listen((address) => (ended ? end(undefined) : start(address)));

  return {
    init,
    kill,
    get pid() {
      return sandbox?.pid;
    },
    get frozen() {
      return sandbox?.frozen === true;
    },
    get ended() {
      return ended;
    },
    get waiting() {
      return ended ? 0 : api.waiting;
    },
    freeze: () => sandbox?.freeze(),
    send(invocation, deadline) {
      sandbox?.thaw();
      api.send(invocation, deadline);
    },
    peakMemoryMb: () => sandbox?.peakMemoryMb() ?? 0,
  };

  function start(address: string): void {
    init.begin();
    onInitStart();
    const variables = environmentVariables(config, kind, logStream, address);
    sandbox = startSandbox(config, environmentId, variables, { onLine, onClose: end });
    onStart();
  }

  function kill(): void {
    ended = true;
    sandbox?.kill();
  }

  function end(exit: SandboxExit | undefined): void {
    ended = true;
    init.cancel();
    api.close();
    onEnd(exit);
  }
}
