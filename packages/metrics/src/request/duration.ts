/** A duration of `ms` in hundredths of a millisecond: the rest is noise, and bytes. */
export function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
