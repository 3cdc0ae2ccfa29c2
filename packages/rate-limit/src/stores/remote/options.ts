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
   * Takes ahead for keys that are busy in this environment, so that `size` requests need one call. Never admits more than
   * the limit. At most `environments x (size - 1) x cost` of a key is held unused; an environment that ends loses what it
   * holds until the window is over. `remaining` and `resetAfterMs` then do not include what other environments have
   * taken since the last call, and `retryAfterMs` not what they may give back.
   * @default every request is one call
   */
  readonly lease?: LeaseOptions | undefined;
  /**
   * `1 / k`: one request in k, chosen at random, is counted k times and decides; the others follow this environment's last
   * decision about their key. The number admitted then deviates: the standard deviation is `sqrt(limit x (k - 1))` (that
   * of a binomial sample), and each environment that sees a key for the first time admits up to `k - 1` more on average.
   * Every limit must be at least k. A request that is not counted has a decision without `limits`, and gets no headers.
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
