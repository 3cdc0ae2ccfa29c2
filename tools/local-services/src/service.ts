import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** A server in a process of its own. */
export interface Service {
  readonly port: number;
  /** Stops the process with SIGSTOP: connections stay open, and nothing answers. */
  pause(): void;
  /** Continues a paused process. */
  resume(): void;
  /** Ends the process with SIGKILL: connections are refused. */
  kill(): Promise<void>;
  /** Starts it again on the same port, without its data, after `kill`. */
  restart(): Promise<void>;
  /** Ends the process for good. */
  stop(): Promise<void>;
}

/** How to run a service. */
export interface ServiceOptions {
  readonly port: number;
  spawn(): ChildProcess;
  /** Rejects until the service answers. */
  ping(): Promise<unknown>;
}

const attempts = 150;

async function untilReady({ ping }: ServiceOptions, child: ChildProcess): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await ping();
      return;
    } catch (error) {
      if (tries === attempts || child.exitCode !== null) throw error;
      await sleep(200);
    }
  }
}

/** Starts a service, and resolves once it answers. */
export async function startService(options: ServiceOptions): Promise<Service> {
  let child = options.spawn();
  let closed = Promise.withResolvers<void>();

  async function start(): Promise<void> {
    const end = closed;
    child.once("close", () => end.resolve());
    try {
      await untilReady(options, child);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  async function kill(): Promise<void> {
    child.kill("SIGKILL");
    await closed.promise;
  }

  await start();
  return {
    port: options.port,
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    kill,
    async restart() {
      child = options.spawn();
      closed = Promise.withResolvers();
      await start();
    },
    stop: kill,
  };
}
