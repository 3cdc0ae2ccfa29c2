import { number, type Rule, wholeNumber } from "@midguard/kernel/internal";
import { longestHoldMs } from "../hold.ts";

/** How fast, how often and for how long a warmer pings. */
export interface Pacing {
  /** At most this many rounds of pings at once, until all environments asked for have answered. @default 2 */
  readonly rounds?: number | undefined;
  /** How long the first round holds its environments, in ms; each further one twice as long as the one before. @default 500 */
  readonly holdMs?: number | undefined;
  /** Invocations that run at once, over all targets. No target may ask for more environments. @default 50 */
  readonly maxParallel?: number | undefined;
  /** After this time without an answer, in ms, a ping counts as failed. @default 30_000 */
  readonly pingTimeoutMs?: number | undefined;
  /** A run begins after a random delay of up to this, in ms, so that warmers on one schedule spread. @default 0 */
  readonly jitterMs?: number | undefined;
}

/** The checks of these options. */
export const pacingRules: { readonly [option in keyof Pacing]-?: Rule<number> } = {
  rounds: wholeNumber({ min: 1 }),
  holdMs: number({ min: 1, max: longestHoldMs }),
  maxParallel: wholeNumber({ min: 1 }),
  pingTimeoutMs: number({ min: 1 }),
  jitterMs: number(),
};

export const pacingDefaults: { readonly [option in keyof Pacing]-?: number } = {
  rounds: 2,
  holdMs: 500,
  maxParallel: 50,
  pingTimeoutMs: 30_000,
  jitterMs: 0,
};
