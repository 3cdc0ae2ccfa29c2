import { LambdaClient } from "@aws-sdk/client-lambda";
import { systemClock } from "@midguard/kernel";
import { callback, list, read, readOptions, shape, startTimer } from "@midguard/kernel/internal";
import type { Context } from "aws-lambda";
import type { Invoker } from "../warmer/invoker.ts";
import { type Pacing, pacingDefaults, pacingRules } from "../warmer/pacing.ts";
import type { WarmReport } from "../warmer/report.ts";
import type { WarmTarget } from "../warmer/target.ts";
import { createWarmer, type Warmer } from "../warmer/warmer.ts";
import { lambdaInvoker } from "./invoker.ts";
import { logLine } from "./log-line.ts";
import { metricNamespace } from "./namespace.ts";

/** The warmer's own time that is kept for its report, in ms. */
const reserveMs = 2_000;

/** Options of `createWarmerHandler`: those of `createWarmer`, and what becomes of the report. */
export interface WarmerHandlerOptions extends Pacing {
  /** The functions to keep warm. @default `targets` of the event, so that one warmer serves several schedules */
  readonly targets?: readonly WarmTarget[] | undefined;
  /** How to invoke them. @default `lambdaInvoker` with a client of its own that has a socket for each parallel ping */
  readonly invoker?: Invoker | undefined;
  /**
   * CloudWatch namespace of the metrics `WarmAsked`, `WarmDistinct`, `WarmCold` and `WarmFailed`, by function and qualifier.
   * CloudWatch charges for four metrics for each.
   * @default none: log lines only
   */
  readonly namespace?: string | undefined;
  /** Writes a line of the log. @default to standard output */
  readonly write?: ((line: string) => void) | undefined;
}

/** The handler of a warmer function: takes any event, and returns the report. */
export type WarmerHandler = (event: unknown, context: Pick<Context, "getRemainingTimeInMillis">) => Promise<WarmReport>;

function ownInvoker(maxParallel: number): Invoker {
  return lambdaInvoker(new LambdaClient({ requestHandler: { httpsAgent: { maxSockets: maxParallel } } }));
}

function writeLine(line: string): void {
  // Not `console.log`: with JSON as log format, Lambda would wrap the line, and CloudWatch would find no metrics in it.
  process.stdout.write(`${line}\n`);
}

/**
 * Makes the handler of a warmer function, to be invoked on a schedule. It warms the targets and writes one log line of JSON for
 * each. It stops 2 s before its own timeout, so give the function a minute.
 *
 * @example
 * export const handler = createWarmerHandler({ targets: [{ functionName: "users", qualifier: "live", concurrency: 5 }] });
 *
 * @throws TypeError or RangeError for a bad option or target, naming it and its value. The handler rejects with one for a bad
 * target of the event.
 */
export function createWarmerHandler(options: WarmerHandlerOptions = {}): WarmerHandler {
  const { targets, invoker, namespace, write, ...pacing } = readOptions(
    "createWarmerHandler",
    options,
    {
      targets: list<WarmTarget>(),
      invoker: shape<Invoker>({ invoke: callback() }),
      namespace: metricNamespace,
      write: callback<(line: string) => void>(),
      ...pacingRules,
    },
    { write: writeLine, ...pacingDefaults },
  );
  const invoke = invoker ?? ownInvoker(pacing.maxParallel);
  const warmerOf = (wanted: readonly WarmTarget[]): Warmer =>
    createWarmer({ targets: wanted, invoker: invoke, ...pacing });
  const fixed = targets && warmerOf(targets);

  return async function warm(event, context) {
    const warmer = fixed ?? warmerOf(read(event, "targets") as readonly WarmTarget[]);
    const stop = new AbortController();
    const leftMs = Math.max(0, context.getRemainingTimeInMillis() - reserveMs);
    const stopTimer = startTimer(systemClock, leftMs, () => {
      stop.abort(new DOMException("the warmer ran out of time", "TimeoutError"));
    });
    try {
      const report = await warmer.run(stop.signal);
      const { correlationId } = report;
      const timestamp = Date.now();
      for (const target of report.targets) write(logLine(target, { namespace, correlationId, timestamp }));
      return report;
    } finally {
      stopTimer();
    }
  };
}
