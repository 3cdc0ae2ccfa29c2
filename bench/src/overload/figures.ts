import type { Counts } from "./contestants/contestant.ts";
import { phases } from "./scenario.ts";

/** Requests by the second in which they came: all of them, and those that were answered. */
export interface Tally {
  readonly asked: number[];
  readonly answered: number[];
}

/** What a simulation showed. */
export interface Figures {
  /** Share of the requests that came in the trouble, and that were answered. */
  readonly goodputIn: number;
  /** The same of those that came after it. */
  readonly goodputAfter: number;
  /** Calls of the server in the trouble for each request that came in it. */
  readonly amplification: number;
  /** Seconds after the trouble until 95 % of the requests of the next five seconds are answered; at most 60. */
  readonly recoveryS: number;
  /** How often the circuit of an environment opened, and that of the fleet. */
  readonly opens: number;
  readonly fleetOpens: number;
  /** Calls of the store per 1,000 requests. */
  readonly storeReads: number;
  readonly storeWrites: number;
}

/** The last requests may still be under way, so they are not judged. */
const underWayS = 5;
/** Recovered: this share of the requests of as many seconds is answered. */
const recovered = { share: 0.95, seconds: 5 };

function sum(counts: readonly number[], from: number, to: number): number {
  return counts.slice(from, to).reduce((total, count = 0) => total + count, 0);
}

export function figuresOf(tally: Tally, attempts: number, counts: Counts, troubleS: number): Figures {
  const { warmUpS, afterS } = phases;
  const endS = warmUpS + troubleS;
  const share = (from: number, to: number): number => {
    const asked = sum(tally.asked, from, to);
    return asked === 0 ? 1 : sum(tally.answered, from, to) / asked;
  };
  let recoveryS = 0;
  while (recoveryS < afterS && share(endS + recoveryS, endS + recoveryS + recovered.seconds) < recovered.share) {
    recoveryS += 1;
  }
  const perThousand = 1_000 / sum(tally.asked, 0, Infinity);
  return {
    goodputIn: share(warmUpS, endS),
    goodputAfter: share(endS, endS + afterS - underWayS),
    amplification: attempts / sum(tally.asked, warmUpS, endS),
    recoveryS,
    opens: counts.opens,
    fleetOpens: counts.fleetOpens,
    storeReads: counts.storeReads * perThousand,
    storeWrites: counts.storeWrites * perThousand,
  };
}
