/** How many letters must be typed anew, left out or put in to make `b` of `a`. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [at, letter] of [...a].entries()) {
    const next = [at + 1];
    for (const [index, other] of [...b].entries()) {
      const replaced = (row[index] as number) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[index + 1] as number) + 1, (next[index] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** The name that was probably meant by `given`: part of it, or at most a third of its letters away. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const lower = given.slice(0, 50).toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.floor(lower.length / 3) + 1;
  for (const name of names) {
    const other = name.toLowerCase();
    const isPart = lower.length > 2 && (other.includes(lower) || lower.includes(other));
    const away = isPart ? 0 : distance(lower, other);
    if (away < bestDistance) [best, bestDistance] = [name, away];
  }
  return best;
}
