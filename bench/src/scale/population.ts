/** Some keys that are alike, as one of them. */
export interface KeyGroup {
  /** How many keys it stands for. */
  readonly keys: number;
  /** Requests a second of each. */
  readonly perSecond: number;
}

/** A population whose use falls with the rank: the user of rank r makes requests in proportion to 1 / (r + flat). */
export interface Population {
  readonly users: number;
  /** Requests a second of all of them. */
  readonly perSecond: number;
  /** The law of Zipf and Mandelbrot: the larger, the less the first ones stand out. */
  readonly flat: number;
}

/** The sum of 1 / (r + flat) over the ranks after `from` up to `to`, by the integral with its midpoint correction. */
function weight(from: number, to: number, flat: number): number {
  return Math.log((to + flat + 0.5) / (from + flat + 0.5));
}

/**
 * The population in groups of users that are alike, the busiest first. All groups make about the same number of requests;
 * each stands for its users with the mean of their rates.
 */
export function groupsOf({ users, perSecond, flat }: Population, groups: number): KeyGroup[] {
  const all = weight(0, users, flat);
  const step = Math.log((users + flat) / flat) / groups;
  const found: KeyGroup[] = [];
  let from = 0;
  for (let group = 1; group <= groups; group += 1) {
    // Bounds at equal ratios of rank + flat, and so with equal shares of the requests.
    const to = group === groups ? users : Math.max(from + 1, Math.round(flat * Math.exp(step * group) - flat));
    const keys = to - from;
    found.push({ keys, perSecond: (perSecond * weight(from, to, flat)) / all / keys });
    from = to;
  }
  return found;
}
