/** The median of some figures, and its confidence interval. */
export interface Summary {
  readonly median: number;
  /**
   * The median lies between these two with a probability of at least 95 %, if the rounds are independent. For fewer than six
   * values they are the least and the largest, with at most 94 %.
   */
  readonly low: number;
  readonly high: number;
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

function at(values: readonly number[], position: number): number {
  const below = values[Math.floor(position)] as number;
  const above = values[Math.ceil(position)] as number;
  // Infinite figures have no median.
  return below === above ? below : below + (above - below) * (position - Math.floor(position));
}

/** The probability that fewer than `count` of `tries` fair coins show heads. */
function fewerHeads(count: number, tries: number): number {
  let probability = 0;
  let ways = 0.5 ** tries;
  for (let heads = 0; heads < count; heads += 1) {
    probability += ways;
    ways *= (tries - heads) / (heads + 1);
  }
  return probability;
}

/**
 * The median with its confidence interval, by the order of the values alone: half of all values lie below the true median,
 * whatever their distribution, so the number of measured ones below it is binomial.
 *
 * @throws RangeError without values.
 */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError("there are no values to summarize");
  const order = sorted(values);
  let skipped = 0;
  // The value after so many skipped ones lies above the median only if no more than those lie below it.
  while (2 * fewerHeads(skipped + 2, order.length) <= 0.05) skipped += 1;
  return {
    median: at(order, (order.length - 1) / 2),
    low: at(order, skipped),
    high: at(order, order.length - 1 - skipped),
  };
}

function paired(a: readonly number[], b: readonly number[], combine: (a: number, b: number) => number): number[] {
  if (a.length !== b.length) throw new RangeError(`${a.length} rounds cannot be paired with ${b.length}`);
  return a.map((value, index) => combine(value, b[index] as number));
}

/** `a` as a multiple of `b`, round by round: a disturbance slows both, and cancels out. */
export function ratios(a: readonly number[], b: readonly number[]): number[] {
  return paired(a, b, (one, other) => one / other);
}

/** `a` minus `b`, round by round. */
export function differences(a: readonly number[], b: readonly number[]): number[] {
  return paired(a, b, (one, other) => one - other);
}
