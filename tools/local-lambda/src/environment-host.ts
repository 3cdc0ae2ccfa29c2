import type { Environment } from "./environment.ts";
import type { Invocation } from "./invocation.ts";
import type { LogLine } from "./log-lines.ts";

/** What an environment tells the pool it belongs to. */
export interface EnvironmentHost {
  onLog(line: LogLine): void;
  /** A process started or ended. */
  onProcess(): void;
  /** The environment is gone; these invocations were assigned to it and never reached it. */
  onEnd(environment: Environment, unstarted: readonly Invocation[]): void;
}
