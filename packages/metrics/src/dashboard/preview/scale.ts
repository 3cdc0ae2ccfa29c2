/** An axis of values. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  /** Values with a gridline and a label. */
  readonly ticks: readonly number[];
}

/** The next step of 1, 2 or 5 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((one) => one * power >= rough * 0.999_999) as number;
  return factor * power;
}

/** Without the last bits of a sum. */
const exact = (value: number): number => Number(value.toPrecision(12));

/** Ends that an axis must have. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** Relative to the values: a smaller range is lost in the rounding of doubles, so its line is drawn flat. */
const leastRange = 1e-9;

/** The least and the greatest of at least one value, unless there are bounds. A flat line is given a range of 1 or more. */
function rangeOf(values: readonly number[], { min, max }: Bounds): readonly [low: number, high: number] {
  const low = min ?? values.reduce((least, value) => Math.min(least, value));
  const high = max ?? values.reduce((most, value) => Math.max(most, value));
  const least = Math.max(Math.abs(low), Math.abs(high), 1e-200) * leastRange;
  if (high - low > least) return [low, high];
  const range = Math.max(1, least);
  return max === undefined ? [low, low + range] : [high - range, high];
}

/** An axis that has all values in it, of which there must be one, and ends at round numbers after about four steps. */
export function scaleOf(values: readonly number[], bounds: Bounds): Scale {
  const [low, high] = rangeOf(values, bounds);
  const step = niceStep((high - low) / 4);
  const min = bounds.min ?? exact(Math.floor(low / step) * step);
  const max = bounds.max ?? exact(Math.ceil(high / step) * step);
  const first = Math.ceil(min / step - 1e-9);
  const count = Math.floor(max / step + 1e-9) - first + 1;
  return { min, max, ticks: Array.from({ length: count }, (_, index) => exact((first + index) * step)) };
}
