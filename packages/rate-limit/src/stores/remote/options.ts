import { isRecord, type Rule, readOptions, refuse, required, share, wholeNumber } from "@midguard/kernel/internal";

/** How much is taken ahead: a number of requests, or as many as keep the loss within bounds. */
export type LeaseOptions =
  | {
      /** The most requests that one store call counts for, 2 to 1_000_000. */
      readonly size: number;
    }
  | {
      /** The largest share of any limit that may be held unused by all environments together: above 0, up to 1. */
      readonly maxUnderuse: number;
      /** How many environments may hold the same key at once, those that ended in the same window included. */
      readonly environments: number;
    };

/** Options of stores behind a network. Both are off by default, and exclude each other. */
export interface RemoteStoreOptions {
  /**
   * Takes ahead for keys that are busy in this environment, so that up to `size` requests need one call. Never admits more
   * than the limits do.
   *
   * At most `environments x (size - 1) x cost` units of a key are held unused, or `maxUnderuse` of its smallest limit. What
   * an environment holds is lost when it ends, until the window is over; so count those that end meanwhile too. A `reset`
   * by one environment leaves the others what they hold.
   *
   * `remaining` and `resetAfterMs` are those of the last call, less what was used here since: other environments may have
   * taken more. `retryAfterMs` is an upper bound: they may give something back.
   * @default every request is one call
   */
  readonly lease?: LeaseOptions | undefined;
  /**
   * `1 / k`: one request in k, chosen at random, is counted k times and decides. The others follow the last decision that
   * this environment has about their key; without one they are admitted. All or nothing still holds.
   *
   * The number that is admitted has a relative standard deviation of `sqrt((k - 1) / limit)`, the error of any sampled
   * count (https://sflow.org/packetSamplingBasics/): 3 % for 1/20 of 20,000. On average it is up to
   * `environments x (k - 1)` more than the limit, because each environment admits until it first counts a request.
   * So sample only limits that are far larger than that, on keys whose requests come to few environments.
   *
   * Every limit must be at least k. Costs that no limit can hold k times are counted more often. A request that is not
   * counted has a decision without `limits`, and its response no RateLimit headers.
   * @default every request is counted
   */
  readonly sample?: number | undefined;
}

const sizeRules = { size: required(wholeNumber({ min: 2, max: 1_000_000 })) };
const underuseRules = { maxUnderuse: required(share), environments: required(wholeNumber({ min: 1 })) };

const leaseRule: Rule<LeaseOptions> = (name, value) => {
  if (!isRecord(value)) return refuse(TypeError, name, "{ size } or { maxUnderuse, environments }", value);
  return "size" in value ? readOptions(name, value, sizeRules) : readOptions(name, value, underuseRules);
};

const mostPerSample = 1_000_000;

const sampleRule: Rule<number> = (name, value) => {
  const wanted = `1 / k with a whole k from 2 to ${mostPerSample}`;
  if (typeof value !== "number") return refuse(TypeError, name, wanted, value);
  const every = Math.round(1 / value);
  const isValid = every >= 2 && every <= mostPerSample && Math.abs(value * every - 1) < 1e-9;
  return isValid ? value : refuse(RangeError, name, wanted, value);
};

/** The rules of `RemoteStoreOptions`, for stores that have more options. */
export const remoteStoreRules: { readonly lease: Rule<LeaseOptions>; readonly sample: Rule<number> } = {
  lease: leaseRule,
  sample: sampleRule,
};
