const plain: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SampleCount: (values) => values.length,
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Average: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  Minimum: (values) => values.reduce((least, value) => Math.min(least, value)),
  Maximum: (values) => values.reduce((most, value) => Math.max(most, value)),
};

/** The smallest value that is not exceeded by that share of the values. */
function percentile(values: readonly number[], percent: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] as number;
}

/**
 * A statistic of CloudWatch over at least one value: `Sum`, `p99`.
 *
 * @throws RangeError for any other.
 */
export function statisticOf(stat: string, values: readonly number[]): number {
  const compute = Object.hasOwn(plain, stat) ? plain[stat] : undefined;
  if (compute !== undefined) return compute(values);
  const [, percent] = /^p(\d+(?:\.\d+)?)$/.exec(stat) ?? [];
  if (percent === undefined) throw new RangeError(`preview: the statistic ${stat} is unknown`);
  return percentile(values, Number(percent));
}
