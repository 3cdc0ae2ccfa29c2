import { turnsOf } from "./timing.ts";

/**
 * Measures every contestant once per round, in changing order, so that a disturbance affects all of them. The first round,
 * which reads files from the disk, is discarded.
 */
export async function inRounds<C, T>(
  contestants: readonly C[],
  rounds: number,
  measure: (contestant: C) => Promise<T>,
): Promise<readonly (readonly T[])[]> {
  const measured = contestants.map((): T[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const turn of turnsOf(round, contestants.length)) {
      const one = await measure(contestants[turn] as C);
      if (round > 0) measured[turn]?.push(one);
    }
  }
  return measured;
}
