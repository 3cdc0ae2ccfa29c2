import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { EnvironmentHost } from "./environment-host.ts";
import { exitFailure, failedBy, type PlatformFailure, responseTooLarge, timeout } from "./failure.ts";
import { environmentVariables, type FunctionConfig } from "./function-config.ts";
import type { Invocation, Outcome } from "./invocation.ts";
import type { LogLine } from "./log-lines.ts";
import { initReportLine, initStartLine, type Status, startLine } from "./report.ts";
import { type Run, runReport } from "./run.ts";
import { createRuntimeApi, sendInvocation } from "./runtime-api.ts";
import { type Sandbox, type SandboxExit, startSandbox } from "./sandbox.ts";

export type EnvironmentState = "initialising" | "busy" | "idle" | "frozen" | "dead";

/** One execution environment: a process, its Runtime API, and what it is doing. */
export interface Environment {
  readonly id: string;
  readonly version: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly pid: number | undefined;
  readonly state: EnvironmentState;
  /** Invocations handed over so far. */
  readonly invocations: number;
  /** How many more it may be assigned now. */
  readonly freeSlots: number;
  /** Hands an invocation over as soon as the runtime asks for one. */
  assign(invocation: Invocation): void;
  /** Ends it and what it runs; resolves when all is over. */
  kill(): Promise<void>;
}

/** Starts an execution environment. It initialises at once and rests at its first `next` unless work waits for it. */
export function startEnvironment(config: FunctionConfig, version: string, host: EnvironmentHost): Environment {
  const id = randomBytes(16).toString("hex");
  const startedAt = Date.now();
  const logStream = `${new Date(startedAt).toISOString().slice(0, 10).replaceAll("-", "/")}/[${version}]${id}`;
  const severalAtOnce = config.maxConcurrency !== undefined;
  const slots = config.maxConcurrency ?? 1;
  /** Assigned, not handed over. */
  const pending: Invocation[] = [];
  const runs = new Map<string, Run>();
  /** The runtime's open calls of `next`. */
  const asking: ServerResponse[] = [];
  const ended = Promise.withResolvers<void>();
  let state: EnvironmentState = "initialising";
  let sandbox: Sandbox | undefined;
  /** Runs without an outcome. */
  let unanswered = 0;
  let invocations = 0;
  let settling = false;
  let initStartedAt = 0;
  let initMs: number | undefined;
  let initReported = false;
  let initError: Buffer | undefined;
  let failure: PlatformFailure | undefined;

  const server = createRuntimeApi({
    next,
    knows: (requestId) => runs.has(requestId) && runs.get(requestId)?.outcome === undefined,
    response: (requestId, body) => answer(requestId, { failed: body === undefined, payload: body ?? responseTooLarge }),
    chunk(requestId, chunk) {
      const run = runs.get(requestId);
      if (run?.invocation.onChunk) run.invocation.onChunk(chunk);
      else run?.chunks.push(chunk);
    },
    streamEnd(requestId, error) {
      const payload = error ?? Buffer.concat(runs.get(requestId)?.chunks ?? []);
      answer(requestId, { failed: error !== undefined, payload });
    },
    error: (requestId, payload) => answer(requestId, { failed: true, payload }),
    initError(body) {
      initError = body;
      end();
    },
  });
  const initTimer = setTimeout(() => fail(timeout(config.initTimeoutMs)), config.initTimeoutMs);
  const idleTimer = setTimeout(endIfIdle, config.idleMs).unref();
  // Killed before it began, there is nothing to start.
  server.listen(0, "127.0.0.1", () => (state === "dead" ? bury(undefined) : start()));

  const environment: Environment = {
    id,
    version,
    startedAt,
    get pid() {
      return sandbox?.pid;
    },
    get state() {
      return state;
    },
    get invocations() {
      return invocations;
    },
    get freeSlots() {
      return state === "dead" ? 0 : slots - unanswered - pending.length;
    },
    assign,
    kill() {
      end();
      return ended.promise;
    },
  };
  return environment;

  function start(): void {
    const { port } = server.address() as AddressInfo;
    initStartedAt = performance.now();
    log("platform", initStartLine(config.logFormat, Date.now(), severalAtOnce));
    sandbox = startSandbox(config, environmentVariables(config, version, logStream, `127.0.0.1:${port}`), {
      onLine: log,
      onClose: bury,
    });
    host.onProcess();
  }

  function assign(invocation: Invocation): void {
    pending.push(invocation);
    // While it settles, the report of the invocation before comes first.
    if (asking.length > 0 && !settling) handOver();
  }

  function next(asker: ServerResponse): void {
    if (state === "dead") return;
    if (initMs === undefined) {
      initMs = performance.now() - initStartedAt;
      clearTimeout(initTimer);
    }
    asking.push(asker);
    if (config.freeze && pending.length === 0 && unanswered === 0) sandbox?.freeze();
    // What the function wrote before it asked is read within this turn of the event loop; its report comes after that.
    settling = true;
    setImmediate(settle);
  }

  function settle(): void {
    settling = false;
    if (state === "dead") return;
    for (const run of runs.values()) if (run.outcome) report(run, run.outcome);
    if (pending.length > 0 && asking.length > 0) handOver();
    else if (runs.size === 0 && asking.length > 0) {
      state = sandbox?.frozen ? "frozen" : "idle";
      idleTimer.refresh();
    }
  }

  function handOver(): void {
    sandbox?.thaw();
    while (unanswered < slots) {
      const [asker, invocation] = [asking[0], pending[0]];
      if (!asker || !invocation) return;
      asking.shift();
      pending.shift();
      begin(invocation, asker);
    }
  }

  function begin(invocation: Invocation, asker: ServerResponse): void {
    const { requestId } = invocation;
    const now = Date.now();
    state = "busy";
    unanswered += 1;
    invocations += 1;
    const timer = setTimeout(timeOut, config.timeoutMs, requestId);
    runs.set(requestId, { invocation, startedAt: performance.now(), timer, chunks: [], outcome: undefined });
    log("platform", startLine(config.logFormat, now, requestId, version), invocation);
    sendInvocation(asker, invocation, now + config.timeoutMs);
  }

  function answer(requestId: string, outcome: Outcome): void {
    const run = runs.get(requestId);
    if (!run || run.outcome) return;
    run.outcome = outcome;
    unanswered -= 1;
    // A caller who wants the log waits for the report.
    if (!run.invocation.tail) run.invocation.settle(outcome);
    // One at a time, the run is over at the next `next`; of several, `next` does not say which.
    if (severalAtOnce) setImmediate(settle);
  }

  function report(run: Run, outcome: Outcome, status: Status = outcome.failed ? "error" : "success"): void {
    const { invocation } = run;
    clearTimeout(run.timer);
    runs.delete(invocation.requestId);
    const facts = { maxMemoryUsedMb: sandbox?.peakMemoryMb() ?? 0, initDurationMs: initReported ? undefined : initMs };
    initReported = true;
    for (const line of runReport(run, outcome, status, config, facts)) log("platform", line, invocation);
    if (invocation.tail) invocation.settle(outcome);
  }

  function timeOut(requestId: string): void {
    const late = timeout(config.timeoutMs);
    if (config.logFormat === "Text") {
      const line = `${new Date().toISOString()} ${requestId} ${late.message}`;
      log("platform", line, runs.get(requestId)?.invocation);
    }
    fail(late);
  }

  function endIfIdle(): void {
    if (state === "frozen" || state === "idle") end();
  }

  function fail(reason: PlatformFailure): void {
    failure ??= reason;
    end();
  }

  function end(): void {
    state = "dead";
    sandbox?.kill();
  }

  /** The last act: answers whoever waits, and gives back what never began. Without an exit there was no process. */
  function bury(exit: SandboxExit | undefined): void {
    state = "dead";
    clearTimeout(initTimer);
    clearTimeout(idleTimer);
    server.close();
    server.closeAllConnections();
    const cause = failure ?? exitFailure(exit);
    for (const run of runs.values()) {
      const { invocation, outcome } = run;
      const last = outcome ?? failedBy(cause, invocation.requestId);
      if (!outcome && !invocation.tail) invocation.settle(last);
      report(run, last, cause.status);
    }
    if (exit && initMs === undefined) {
      log("platform", initReportLine(config.logFormat, Date.now(), performance.now() - initStartedAt, cause.status));
      // Those who waited for its init get its error.
      for (const invocation of pending.splice(0)) {
        const { requestId } = invocation;
        invocation.settle(initError ? { failed: true, payload: initError } : failedBy(cause, requestId));
      }
    }
    host.onProcess();
    host.onEnd(environment, pending.splice(0));
    ended.resolve();
  }

  /** Of what an environment writes, it is known which invocation it is about where that is the only one. */
  function log(source: LogLine["source"], line: string, of?: Invocation): void {
    const about = of ?? (severalAtOnce ? undefined : runs.values().next().value?.invocation);
    about?.tail?.push(line);
    const requestId = about?.requestId;
    host.onLog({ functionName: config.name, environmentId: id, timestamp: Date.now(), source, requestId, line });
  }
}
