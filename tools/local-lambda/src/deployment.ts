import { type AsyncQueue, createAsyncQueue } from "./async-queue.ts";
import type { LogLine } from "./environment/log-lines.ts";
import type { FunctionConfig } from "./function-config.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";

/** One deployed function: its environments, its queue and its log. */
export interface Deployment {
  readonly config: FunctionConfig;
  readonly scheduler: Scheduler;
  readonly queue: AsyncQueue;
  /** The latest log lines, oldest first. */
  readonly lines: readonly LogLine[];
}

/** The log and the process events of a deployment. */
export interface DeploymentOptions {
  /** Number of log lines to keep, give or take a quarter. */
  readonly keepLogLines: number;
  readonly onLog: ((line: LogLine) => void) | undefined;
  /** A process started or ended. */
  readonly onProcess: () => void;
}

/** Deploys a function. Environments start when they are needed. */
export function deploy(config: FunctionConfig, { keepLogLines, onLog, onProcess }: DeploymentOptions): Deployment {
  const lines: LogLine[] = [];
  const scheduler = createScheduler(config, {
    onProcess,
    onLog(line) {
      lines.push(line);
      // Cut in steps: a shift for each line would move the whole array each time.
      if (lines.length > keepLogLines * 1.25) lines.splice(0, lines.length - keepLogLines);
      onLog?.(line);
    },
  });
  return { config, scheduler, lines, queue: createAsyncQueue(config.asynchronous) };
}
