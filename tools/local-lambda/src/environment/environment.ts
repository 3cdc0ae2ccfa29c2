import { randomBytes } from "node:crypto";
import type { FunctionConfig } from "../function-config.ts";
import type { Invocation, Outcome } from "../invocation.ts";
import { createDispatcher } from "./dispatcher.ts";
import { createEnvironmentLog } from "./environment-log.ts";
import { exitFailure, failedBy, type PlatformFailure, timeout } from "./failure.ts";
import type { Init } from "./init.ts";
import type { EnvironmentKind } from "./kind.ts";
import type { LogLine } from "./log-lines.ts";
import { startRuntimeProcess } from "./runtime-process.ts";
import type { SandboxExit } from "./sandbox.ts";

/** `idle` and `frozen` wait for an invocation; only `frozen` has a stopped process. */
export type EnvironmentState = "initialising" | "busy" | "idle" | "frozen" | "dead";

/** One execution environment: a process, its Runtime API and its invocations. */
export interface Environment extends EnvironmentKind {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly pid: number | undefined;
  readonly state: EnvironmentState;
  /** Whether its init has succeeded. */
  readonly initialised: boolean;
  /** Resolves when the init has succeeded or failed. */
  readonly ready: Promise<void>;
  /** Invocations sent to the runtime so far. */
  readonly invocations: number;
  /** How many more invocations it can be assigned now. */
  readonly freeSlots: number;
  /** Sends an invocation to the runtime as soon as the runtime asks for one. */
  assign(invocation: Invocation): void;
  /** Ends the process and its children; resolves when they have ended. */
  kill(): Promise<void>;
}

/** The pool that an environment belongs to. */
export interface EnvironmentHost {
  onLog(line: LogLine): void;
  /** A process started or ended. */
  onProcess(): void;
  /** The environment has ended; these invocations were assigned to it and never began. */
  onEnd(environment: Environment, unstarted: readonly Invocation[]): void;
}

/** Node fires a timer with a longer delay at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Starts an execution environment. It initialises at once, and rests at its first `next` if nothing is assigned. */
export function startEnvironment(config: FunctionConfig, kind: EnvironmentKind, host: EnvironmentHost): Environment {
  const { version, initializationType } = kind;
  const id = randomBytes(16).toString("hex");
  const startedAt = Date.now();
  const ended = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();
  const idleTimer = setTimeout(endIfIdle, Math.min(config.idleMs, longestTimerMs)).unref();
  let failure: PlatformFailure | undefined;

  const dispatcher = createDispatcher(config, {
    ended: () => runtime.ended,
    waiting: () => runtime.waiting,
    send(invocation, deadline) {
      log.start(invocation);
      runtime.send(invocation, deadline);
    },
    onTimeout(invocation) {
      const late = timeout(config.timeoutMs);
      log.timedOut(invocation, late);
      fail(late);
    },
    onOver(run, outcome, status) {
      const initDurationMs = runtime.init.takeDurationMs();
      log.report(run, outcome, status, { maxMemoryUsedMb: runtime.peakMemoryMb(), initDurationMs });
    },
    onRest: () => void idleTimer.refresh(),
  });
  // With several invocations at once, the one that wrote a line is not known.
  const current = config.maxConcurrency === undefined ? dispatcher.oldest : () => undefined;
  const log = createEnvironmentLog(config, initializationType, id, host.onLog, current);
  const runtime = startRuntimeProcess(config, kind, id, logStream(startedAt, version, id), {
    next,
    running: dispatcher.running,
    answer: dispatcher.answer,
    onLine: log.output,
    onInitStart: log.initStart,
    onInitTimeout: () => fail(timeout(config.initTimeoutMs)),
    onStart: host.onProcess,
    onEnd,
  });

  const environment: Environment = {
    ...kind,
    id,
    startedAt,
    ready: ready.promise,
    get initialised() {
      return runtime.init.done;
    },
    get pid() {
      return runtime.pid;
    },
    get state() {
      if (runtime.ended) return "dead";
      return dispatcher.state === "idle" && runtime.frozen ? "frozen" : dispatcher.state;
    },
    get invocations() {
      return dispatcher.invocations;
    },
    get freeSlots() {
      return runtime.ended ? 0 : dispatcher.freeSlots;
    },
    assign: dispatcher.assign,
    kill() {
      runtime.kill();
      return ended.promise;
    },
  };
  return environment;

  function next(): void {
    if (config.freeze && dispatcher.answeredAll) runtime.freeze();
    dispatcher.next();
    ready.resolve();
  }

  function endIfIdle(): void {
    if (initializationType === "provisioned-concurrency") return;
    if (!runtime.ended && dispatcher.state === "idle") runtime.kill();
  }

  function fail(reason: PlatformFailure): void {
    failure ??= reason;
    runtime.kill();
  }

  function onEnd(exit: SandboxExit | undefined): void {
    clearTimeout(idleTimer);
    const cause = failure ?? exitFailure(exit);
    const unstarted = dispatcher.abandon(cause);
    const initFailed = exit !== undefined && !runtime.init.done;
    if (initFailed) {
      log.initReport(runtime.init.elapsedMs(), cause.status);
      for (const invocation of unstarted) invocation.settle(initOutcome(runtime.init, cause, invocation));
    }
    host.onProcess();
    host.onEnd(environment, initFailed ? [] : unstarted);
    ready.resolve();
    ended.resolve();
  }
}

// The error that the runtime reported is more specific than the exit of its process.
function initOutcome({ error }: Init, cause: PlatformFailure, { requestId }: Invocation): Outcome {
  return error ? { failed: true, payload: error } : failedBy(cause, requestId);
}

function logStream(startedAt: number, version: string, id: string): string {
  return `${new Date(startedAt).toISOString().slice(0, 10).replaceAll("-", "/")}/[${version}]${id}`;
}
