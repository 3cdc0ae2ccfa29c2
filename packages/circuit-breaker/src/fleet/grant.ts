import type { CallResult } from "../machine/state.ts";

/** What a probe showed. `neutral`: nothing. */
type ProbeResult = "success" | "failure" | "neutral";

/** The grant of one environment to probe with one call, for the epoch that it was given in. */
export interface Grant {
  readonly epoch: number;
  /** Whether the call is still to be made. */
  readonly isFree: boolean;
  /** The call started. */
  use(): void;
  /** Ends the call; only the first end counts. */
  end(result: CallResult): void;
  /** What to report: `undefined` while the call is under way. A grant that the request did not use showed nothing. */
  readonly result: ProbeResult | undefined;
}

export function createGrant(epoch: number): Grant {
  let isFree = true;
  let result: ProbeResult | undefined;
  return {
    epoch,
    get isFree() {
      return isFree;
    },
    use() {
      isFree = false;
    },
    end(ended) {
      result ??= ended === "slow" ? "failure" : ended;
    },
    get result() {
      return isFree ? "neutral" : result;
    },
  };
}
