/** How many letters must be typed anew, left out, put in or swapped with the next to make `b` of `a`. */
function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let at = 0; at < a.length; at += 1) {
    const next = [at + 1];
    for (let index = 0; index < b.length; index += 1) {
      const replaced = (row[index] as number) + (a[at] === b[index] ? 0 : 1);
      const isSwapped = at > 0 && index > 0 && a[at] === b[index - 1] && a[at - 1] === b[index];
      const swapped = isSwapped ? (before[index - 1] as number) + 1 : Infinity;
      next.push(Math.min(replaced, swapped, (row[index + 1] as number) + 1, (next[index] as number) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] as number;
}

/** The name that was probably meant by `given`: part of it, or at most a third of its letters away. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const lower = given.slice(0, 50).toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.ceil(lower.length / 3) + 1;
  for (const name of names) {
    const other = name.toLowerCase();
    const isPart = lower.length > 2 && (other.includes(lower) || lower.includes(other));
    // Of several names, the one that has the least beside the part.
    const away = isPart ? Math.abs(other.length - lower.length) / 100 : distance(lower, other);
    if (away < bestDistance) [best, bestDistance] = [name, away];
  }
  return best;
}
