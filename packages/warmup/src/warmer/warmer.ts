import { type Clock, systemClock } from "@midguard/kernel";
import { abortSignal, callback, list, readOptions, required, shape } from "@midguard/kernel/internal";
import { longestHoldMs, type Time } from "../hold.ts";
import type { Invoker } from "./invoker.ts";
import { type Pacing, pacingDefaults, pacingRules } from "./pacing.ts";
import { createPinger } from "./pinger.ts";
import type { TargetReport, WarmReport } from "./report.ts";
import { createSlots } from "./slots.ts";
import { type ResolvedTarget, resolveTarget, type WarmTarget } from "./target.ts";
import { lanesOf } from "./versions.ts";
import { warmTarget } from "./warm-target.ts";

/** Options of `createWarmer`. */
export interface WarmerOptions extends Pacing {
  /** The functions to keep warm. */
  readonly targets: readonly WarmTarget[];
  /** How to invoke them: `lambdaInvoker(client)` of `@midguard/warmup/lambda`. */
  readonly invoker: Invoker;
  /** Called with the report of each target once it is complete; a throw makes `run` reject. @default none */
  readonly onTarget?: ((report: TargetReport) => void) | undefined;
  /** Returns a number from 0 to below 1, for the jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** Measures durations, and sleeps. @default the system's */
  readonly clock?: Clock | undefined;
  /** The wall clock, in epoch ms: pings are stamped and held by it. @default Date.now */
  readonly wallNow?: (() => number) | undefined;
}

/** Keeps functions warm. */
export interface Warmer {
  /**
   * Pings every target once and reports what became of each. Never rejects for a target; pings that still run when `signal`
   * aborts are reported as `no-answer`.
   */
  run(signal?: AbortSignal): Promise<WarmReport>;
}

function resolveTargets(targets: readonly unknown[], maxParallel: number): ResolvedTarget[] {
  return targets.map((target, index) => resolveTarget(`createWarmer: targets[${index}]`, target, maxParallel));
}

/**
 * Makes a warmer: it sends pings to functions with the `warmup()` middleware until as many different environments have
 * answered as each target asks for, and reports how many did.
 *
 * @example
 * const warmer = createWarmer({
 *   targets: [{ functionName: "users", qualifier: "live", concurrency: 5 }],
 *   invoker: lambdaInvoker(new LambdaClient()),
 * });
 * const { targets } = await warmer.run();
 *
 * @throws TypeError or RangeError for a bad option or target, naming it and its value.
 */
export function createWarmer(options: WarmerOptions): Warmer {
  const { targets, invoker, onTarget, random, clock, wallNow, ...pacing } = readOptions(
    "createWarmer",
    options,
    {
      targets: required(list<WarmTarget>()),
      invoker: required(shape<Invoker>({ invoke: callback() })),
      onTarget: callback<(report: TargetReport) => void>(),
      random: callback<() => number>(),
      clock: shape<Clock>({ now: callback(), sleep: callback() }),
      wallNow: callback<() => number>(),
      ...pacingRules,
    },
    { random: Math.random, clock: systemClock, wallNow: () => Date.now(), ...pacingDefaults },
  );
  const { rounds, holdMs, maxParallel, pingTimeoutMs, jitterMs } = pacing;
  if (targets.length === 0) throw new RangeError("createWarmer: targets must have at least one target, got none");
  const longestMs = Math.min(longestHoldMs, holdMs * 2 ** (rounds - 1));
  if (pingTimeoutMs <= longestMs) {
    throw new RangeError(
      `createWarmer: pingTimeoutMs must be above the longest hold, ${longestMs} ms, got ${pingTimeoutMs}`,
    );
  }
  const resolved = resolveTargets(targets, maxParallel);
  const time: Time = { clock, wallNow };

  async function run(signal: AbortSignal): Promise<WarmReport> {
    const startedAt = clock.now();
    const correlationId = crypto.randomUUID();
    // An abort ends the delay; the pings then report it.
    if (jitterMs > 0) await clock.sleep(random() * jitterMs, signal).catch(() => {});
    const pinger = createPinger({ invoker, time, pingTimeoutMs, correlationId, signal });
    const kit = { pinger, slots: createSlots(maxParallel), time, rounds, holdMs };
    const reports = resolved.map(async (target) => {
      const lanes = await lanesOf(target, invoker, time, signal);
      return Promise.all(
        lanes.map(async (lane) => {
          const report = await warmTarget(lane, kit);
          onTarget?.(report);
          return report;
        }),
      );
    });
    const reported = (await Promise.all(reports)).flat();
    return { correlationId, durationMs: Math.round(clock.now() - startedAt), targets: reported };
  }

  return {
    run: async (signal = new AbortController().signal) => run(abortSignal("createWarmer: signal of run()", signal)),
  };
}
