import pRetry from "p-retry";
import type { Contestant } from "./contestant.ts";

export const noRetry: Contestant = {
  name: "no retry",
  startFleet: () => () => (call) => call(),
};

/** As many retries as allowed, with random backoff, and nothing that bounds them. */
export const plainRetry: Contestant = {
  name: "p-retry",
  startFleet({ maxRetries }) {
    const options = { retries: maxRetries, minTimeout: 100, factor: 2, randomize: true };
    return () => (call) => pRetry(() => call(), options);
  },
};
